import { posix } from 'node:path';
import { reasonOf, UserError } from '../kernel/errors.ts';
import type { Sourced } from '../kernel/source.ts';
import { findCfgOption } from '../text/setup-cfg.ts';
import { setupText } from '../text/setup-py.ts';
import {
  getToml,
  isUnreadable,
  parseToml,
  type TomlTable,
  tomlIn,
  Unreadable,
} from '../text/toml/document.ts';
import type { PythonFiles, PythonProject } from './python-files.ts';

type Found = Sourced<string>;

/** The default backend: https://peps.python.org/pep-0517/#source-trees */
export const defaultBackend = 'setuptools.build_meta';

/** Reads the project from its files. Throws a `UserError` for broken TOML, or if there is no Python project. */
export function readPythonProject(files: PythonFiles): PythonProject {
  const data = readToml(files['pyproject.toml']);
  refuseWithoutProject(files, data);
  return {
    name: findName(files, data),
    buildBackend: findBackend(data),
    version: findVersion(files, data),
    writtenVersion: findWritten(files, data)?.value,
  };
}

/** The data of `pyproject.toml`, empty if there is none. Throws a `UserError` for broken TOML. */
export function readToml(text: string | undefined): TomlTable {
  try {
    return text === undefined ? {} : parseToml(text).data;
  } catch (error) {
    if (error instanceof Unreadable) throw unreadable(error);
    if (!isUnreadable(error)) throw error;
    const { lineNumber, column } = error as { lineNumber?: number; column?: number };
    const where = lineNumber === undefined ? '' : ` (line ${lineNumber}, column ${(column ?? 0) + 1})`;
    throw new UserError(
      'bad-toml',
      `pyproject.toml is not valid TOML${where}: ${reasonOf(error).replace(/\.$/, '')}.`,
      'Correct it first; no Python tool accepts it as it is.',
      { cause: error },
    );
  }
}

function unreadable(error: Unreadable): UserError {
  return new UserError(
    'bad-toml',
    `pyproject.toml cannot be read here: ${error.message}.`,
    'Change that first; no build backend needs it.',
    { cause: error },
  );
}

function refuseWithoutProject(files: PythonFiles, data: TomlTable): void {
  const hasSetup = files['setup.cfg'] !== undefined || files['setup.py'] !== undefined;
  const declared = data.project ?? data['build-system'] ?? getToml(data, 'tool', 'poetry');
  if (hasSetup || declared !== undefined) return;
  const isAbsent = files['pyproject.toml'] === undefined;
  const message = isAbsent
    ? 'No pyproject.toml, setup.cfg or setup.py found here.'
    : 'pyproject.toml describes no package: it has neither [project] nor [build-system].';
  const members = getToml(data, 'tool', 'uv', 'workspace', 'members');
  const where = Array.isArray(members) ? `, one of the members of its workspace (${members.join(', ')})` : '';
  throw new UserError(
    'no-python-project',
    message,
    `Name the folder of the Python project with '--directory DIR'${where}${isAbsent ? ", or create a project first, as 'uv init --lib' does" : ''}.`,
  );
}

function findName(files: PythonFiles, data: TomlTable): Found | undefined {
  return (
    fromToml(data, ['project', 'name']) ??
    fromToml(data, ['tool', 'poetry', 'name']) ??
    fromToml(data, ['tool', 'flit', 'metadata', 'dist-name']) ??
    fromToml(data, ['tool', 'flit', 'metadata', 'module']) ??
    fromCfg(files, 'name') ??
    fromSetupPy(files, 'name') ??
    fromCargo(files, data)
  );
}

function findBackend(data: TomlTable): Found {
  const backend = fromToml(data, ['build-system', 'build-backend']);
  return backend ?? { value: defaultBackend, source: { by: 'default', whose: 'Python packaging' } };
}

function findWritten(files: PythonFiles, data: TomlTable): Found | undefined {
  // Only a placeholder, which the plugin replaces.
  if (hasDynamicPoetry(data)) return undefined;
  return (
    fromToml(data, ['project', 'version']) ??
    fromToml(data, ['tool', 'poetry', 'version']) ??
    plainCfgVersion(files) ??
    fromSetupPy(files, 'version')
  );
}

const hasDynamicPoetry = (data: TomlTable) =>
  getToml(data, 'build-system', 'build-backend') === 'poetry_dynamic_versioning.backend' &&
  getToml(data, 'tool', 'poetry-dynamic-versioning', 'enable') === true;

/** `attr:` and `file:` say where the version is written. */
function plainCfgVersion(files: PythonFiles): Found | undefined {
  const version = fromCfg(files, 'version');
  return version === undefined || /^(?:attr|file):/.test(version.value) ? undefined : version;
}

function findVersion(files: PythonFiles, data: TomlTable): Found {
  const fixed = findWritten(files, data);
  if (fixed) return { value: `fixed at ${fixed.value}`, source: fixed.source };
  if (hasDynamicPoetry(data))
    return dynamic('git (poetry-dynamic-versioning)', '[tool.poetry-dynamic-versioning]');
  const hatch = getToml(data, 'tool', 'hatch', 'version');
  if (hatch !== undefined)
    return dynamic(
      fromToml(data, ['tool', 'hatch', 'version', 'source'])?.value ?? 'a file',
      '[tool.hatch.version]',
    );
  if (getToml(data, 'tool', 'setuptools_scm') !== undefined)
    return dynamic('git (setuptools-scm)', '[tool.setuptools_scm]');
  if (getToml(data, 'tool', 'setuptools', 'dynamic', 'version') !== undefined)
    return dynamic('a file', '[tool.setuptools.dynamic]');
  const named = fromCfg(files, 'version');
  if (named !== undefined) return { ...named, value: `from ${named.value}` };
  return { value: 'from the build backend', source: { by: 'file', path: 'pyproject.toml' } };
}

function dynamic(from: string, table: string): Found {
  return {
    value: `from ${from === 'vcs' ? 'git (hatch-vcs)' : from}`,
    source: { by: 'file', path: 'pyproject.toml', section: table },
  };
}

function fromToml(data: TomlTable, path: string[]): Found | undefined {
  const value = getToml(data, ...path);
  return typeof value === 'string'
    ? { value, source: { by: 'file', path: 'pyproject.toml', section: `[${path.slice(0, -1).join('.')}]` } }
    : undefined;
}

function fromCfg(files: PythonFiles, key: string): Found | undefined {
  const option = findCfgOption(files['setup.cfg'] ?? '', 'metadata', key);
  return option && { value: option.value, source: { by: 'file', path: 'setup.cfg', section: '[metadata]' } };
}

function fromSetupPy(files: PythonFiles, key: string): Found | undefined {
  const value = setupText(files['setup.py'] ?? '', key);
  return value === undefined ? undefined : { value, source: { by: 'file', path: 'setup.py' } };
}

function fromCargo(files: PythonFiles, data: TomlTable): Found | undefined {
  const value = cargoName(files, data);
  return value === undefined
    ? undefined
    : { value, source: { by: 'file', path: cargoManifest(data), section: '[package]' } };
}

/** The `Cargo.toml` that maturin reads, relative to the project's folder: https://www.maturin.rs/config */
export function cargoManifest(data: TomlTable): string {
  const path = getToml(data, 'tool', 'maturin', 'manifest-path');
  return posix.normalize(typeof path === 'string' ? path : 'Cargo.toml');
}

/** The crate's name, which is the package's name if `[project]` has none; undefined for broken TOML. */
function cargoName(files: PythonFiles, data: TomlTable): string | undefined {
  if (getToml(data, 'build-system', 'build-backend') !== 'maturin') return undefined;
  const name = getToml(tomlIn(files[cargoManifest(data)] ?? '') ?? {}, 'package', 'name');
  return typeof name === 'string' ? name : undefined;
}
