import { setupKeywords } from '../../text/setup-py.ts';
import { getToml, isTable, type TomlTable, type TomlValue } from '../../text/toml/document.ts';
import type { PythonFiles } from '../python-files.ts';
import { readToml } from '../python-project.ts';
import { buildRequires, requirementName } from './backend.ts';

/** Build backends for compiled code. */
const backends = /^(scikit_build_core\.|maturin$|mesonpy$|sipbuild\.|py_build_cmake\.)/;

/** Build requirements that only projects with compiled code have. */
const compilers = [
  'cython',
  'cffi',
  'mypy',
  'mypyc',
  'nanobind',
  'numpy',
  'pybind11',
  'scikit-build',
  'setuptools-rust',
];

/** Arguments of `setup()` that declare code to compile. */
const keywords = ['ext_modules', 'cffi_modules', 'rust_extensions', 'libraries'];

/** Hatchling's compiling build hooks; on unless `enable-by-default = false`. */
const hooks = ['mypyc', 'cython', 'scikit-build'];

/** Shown for every project for which `isCompiled` is true. */
export const sdistNote =
  'The pipeline publishes only the source distribution, because the package has compiled code and the indexes refuse Linux wheels that are not made in a manylinux or musllinux image; for wheels see https://cibuildwheel.pypa.io/.';

/**
 * Whether a plain build produces a `linux_x86_64` wheel, which PyPI and TestPyPI reject: they only accept
 * https://peps.python.org/pep-0600/ and https://peps.python.org/pep-0656/.
 */
export function isCompiled(files: PythonFiles, data = readToml(files['pyproject.toml'])): boolean {
  return (
    backends.test(String(getToml(data, 'build-system', 'build-backend'))) ||
    buildRequires(data).some((it) => compilers.includes(requirementName(it))) ||
    compiledTables(data).some((it) => it !== undefined && it !== false) ||
    hasCompilingHook(data) ||
    hasKeyword(files['setup.py'])
  );
}

function compiledTables(data: TomlTable): (TomlValue | undefined)[] {
  return [
    getToml(data, 'tool', 'setuptools', 'ext-modules'),
    getToml(data, 'tool', 'setuptools-rust', 'ext-modules'),
    getToml(data, 'tool', 'setuptools-rust', 'bins'),
    getToml(data, 'tool', 'pdm', 'build', 'run-setuptools'),
    getToml(data, 'tool', 'poetry', 'build'),
  ];
}

function hasCompilingHook(data: TomlTable): boolean {
  const everywhere = getToml(data, 'tool', 'hatch', 'build', 'hooks');
  const ofWheels = getToml(data, 'tool', 'hatch', 'build', 'targets', 'wheel', 'hooks');
  return [everywhere, ofWheels].some(
    (table) =>
      isTable(table) &&
      hooks.some((name) => isTable(table[name]) && table[name]['enable-by-default'] !== false),
  );
}

/** A setup() that cannot be parsed may declare an extension, so a word in the text is enough. */
function hasKeyword(setupPy: string | undefined): boolean {
  if (setupPy === undefined) return false;
  const given = setupKeywords(setupPy)?.map(({ name }) => name);
  return given === undefined
    ? /\b(ext_modules|cffi_modules|rust_extensions)\b/.test(setupPy)
    : given.some((name) => keywords.includes(name));
}
