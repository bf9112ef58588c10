import { getToml, type TomlTable } from '../../text/toml/document.ts';
import { setKey } from '../../text/toml/draft.ts';
import type { PythonFiles } from '../python-files.ts';
import { readToml } from '../python-project.ts';
import { makeVersionDynamic, NeedsHand, type VersionEdit } from './backend.ts';
import { type BuildTimeVersion, hasModuleVersion } from './build-time-command.ts';
import { setScmOptions } from './scm-options.ts';

/** The files of a package in which flit looks for `__version__`, in order of precedence. */
const inPackage = ['__version__.py', '_version.py', 'version.py', '__init__.py'];

/**
 * The files that may hold flit's `__version__`: the module or package, at the top level or in `src`. Follows
 * `flit_core.common.Module`; files besides `__init__.py` count since flit_core 3.12.
 */
export function flitModuleFiles(data: TomlTable): string[] {
  const name = moduleName(data)?.replaceAll('.', '/');
  if (name === undefined) return [];
  const of = (base: string) => [...inPackage.map((file) => `${base}/${file}`), `${base}.py`];
  return [...of(name), ...of(`src/${name}`)];
}

/** Where flit reads the version. Throws `NeedsHand` unless it is a plain string. */
export function flitVersion(files: PythonFiles): BuildTimeVersion {
  const data = readToml(files['pyproject.toml']);
  refuseLegacy(data);
  if (typeof getToml(data, 'project', 'version') === 'string') return { kind: 'pyproject' };
  const present = flitModuleFiles(data).filter((path) => files[path] !== undefined);
  const path = present.find((it) => hasModuleVersion(files[it] ?? ''));
  if (path !== undefined) return { kind: 'module', path };
  throw new NeedsHand(
    present.length === 0
      ? `flit finds no module for the name ${moduleName(data) ?? '(none)'}, neither here nor in src`
      : `${present.join(' and ')} has no plain __version__ = "1.2.3", which the pipeline could change`,
    'Write __version__ = "1.2.3" on a line of its own into the module, or write version = "1.2.3" into [project] and take it out of its dynamic list; then run this again.',
  );
}

function moduleName(data: TomlTable): string | undefined {
  const named =
    getToml(data, 'tool', 'flit', 'module', 'name') ?? getToml(data, 'tool', 'flit', 'metadata', 'module');
  if (typeof named === 'string') return named;
  const project = getToml(data, 'project', 'name');
  if (typeof project !== 'string') return undefined;
  const [, stem = project, stubs = ''] = /^(.*?)(-stubs)?$/s.exec(project) ?? [];
  return stem.replaceAll('-', '_') + stubs;
}

/** flit_core 4 rejects `[tool.flit.metadata]`; with an upper bound the table keeps working. */
function refuseLegacy(data: TomlTable): void {
  const requires = getToml(data, 'build-system', 'requires');
  const bounded =
    Array.isArray(requires) &&
    requires.some((it) => /^flit.*(<\s*[1-4]|<=\s*3|==\s*[1-3]|~=\s*[1-3]\.)/.test(String(it)));
  if (getToml(data, 'tool', 'flit', 'metadata') === undefined || bounded) return;
  throw new NeedsHand(
    'The package is described in [tool.flit.metadata], which flit_core 4 refuses, so that each build fails',
    'Move the description to [project] with dynamic = ["version", "description"] (https://flit.pypa.io/en/stable/pyproject_toml.html), or write requires = ["flit_core>=3.12,<4"] into [build-system]; then run this again.',
  );
}

/**
 * flit_scm: flit with the version from setuptools-scm, whose table it reads (https://gitlab.com/WillDaSilva/flit_scm).
 * A `root` above the project would not exist in the source distribution that the wheel is built from.
 */
export function flitScm({ toml, root }: VersionEdit): void {
  makeVersionDynamic(toml);
  const table = ['tool', 'setuptools_scm'];
  if (root !== '.' && getToml(toml.doc.data, ...table, 'root') === undefined)
    setKey(toml, table, 'search_parent_directories', true);
  setScmOptions(toml, '.');
}
