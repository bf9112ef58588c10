import { findCfgOption } from '../../text/setup-cfg.ts';
import { constantText, literalString, setupKeywords } from '../../text/setup-py.ts';
import { getToml, isTable, type TomlTable, type TomlValue } from '../../text/toml/document.ts';
import type { PythonFiles } from '../python-files.ts';
import { readToml } from '../python-project.ts';
import { flitModuleFiles } from './flit.ts';

/** A file outside the metadata from which the build backend takes the version. */
export interface VersionFile {
  /** From the project's folder. */
  path: string;
  value: string;
  /** The variable that is assigned the version; undefined if the file contains nothing else. */
  key: string | undefined;
}

type Place = Omit<VersionFile, 'value'>;

/** The file that holds the version, as far as it is a plain text there. */
export function versionFile(
  files: PythonFiles,
  data = readToml(files['pyproject.toml']),
): VersionFile | undefined {
  for (const place of versionPlaces(files, data)) {
    const text = files[place.path];
    const value = text === undefined ? undefined : valueIn(text, place.key);
    if (value !== undefined) return { ...place, value };
  }
  return undefined;
}

/** Where a build backend is told to find the version, inside the project's folder; not all of these files need exist. */
export function versionPlaces(files: PythonFiles, data: TomlTable): Place[] {
  return namedPlaces(files, data).filter(
    ({ path }) => /^\w[\w./-]*$/.test(path) && !/(?:^|\/)\.\.(?:\/|$)/.test(path),
  );
}

function namedPlaces(files: PythonFiles, data: TomlTable): Place[] {
  const isWritten = getToml(data, 'project', 'version') !== undefined;
  if (!isWritten && /^flit(?:_core)?\./.test(String(getToml(data, 'build-system', 'build-backend'))))
    return flitModuleFiles(data).map((path) => ({ path, key: '__version__' }));
  const hatch = getToml(data, 'tool', 'hatch', 'version');
  if (isTable(hatch) && typeof hatch.path === 'string' && /^(?:regex)?$/.test(String(hatch.source ?? '')))
    return ofModule(plain(hatch.path));
  const pdm = getToml(data, 'tool', 'pdm', 'version');
  if (isTable(pdm) && pdm.source === 'file') return [{ path: plain(pdm.path), key: '__version__' }];
  const dynamic = getToml(data, 'tool', 'setuptools', 'dynamic', 'version');
  if (isTable(dynamic)) return [...ofAttribute(dynamic.attr), ...ofFile(dynamic.file)];
  const option = findCfgOption(files['setup.cfg'] ?? '', 'metadata', 'version')?.value ?? '';
  const [, how, where = ''] = /^(attr|file):\s*(\S+)\s*$/.exec(option) ?? [];
  if (how !== undefined) return how === 'attr' ? ofAttribute(where) : ofFile(where);
  return readBySetupPy(files['setup.py'] ?? '');
}

/** The expression by which setup.py computes the version; undefined for a plain text, or none. */
export function computedVersion(setupPy: string): string | undefined {
  const value = setupKeywords(setupPy)?.find(({ name }) => name === 'version')?.value;
  return value === undefined || literalString(value) !== undefined ? undefined : value.replace(/\s+/g, ' ');
}

/**
 * Where a setup.py that computes the version may read it: its own constant, an imported attribute, one of the files that
 * it names, or a module in a folder that it names. None of the latter if git, the environment or a program takes part.
 */
function readBySetupPy(text: string): Place[] {
  const computed = computedVersion(text);
  if (computed === undefined) return [];
  if (constantText(text, computed) !== undefined) return [{ path: 'setup.py', key: computed }];
  const [first = '', ...rest] = computed.split('.');
  const from = new RegExp(`^from +([\\w.]+) +import +(?:.*, *)?${first}\\b`, 'm').exec(text)?.[1];
  const attribute = ofAttribute([...(from === undefined ? [] : [from]), first, ...rest].join('.'));
  const code = text.replace(/https?:\/\/[^\s"']*|#.*/g, '');
  if (/\b(?:environ|getenv|subprocess|popen|versioneer)\b|(?<![\w/.-])git(?![\w/.-])/i.test(code))
    return from === undefined ? [] : attribute;
  const key = rest.join('.');
  const beside = /^\w+$/.test(key)
    ? namedFolders(text).map((it) => ({ path: `${it}/${first}.py`, key }))
    : [];
  return [...attribute, ...namedFiles(text).flatMap(ofNamedFile), ...beside];
}

/** The folders that a program joins from texts: `os.path.join(here, 'src', 'kelp')`. */
const namedFolders = (text: string): string[] =>
  [...text.matchAll(/\bjoin\(((?:[^()]|\([^()]*\))*)\)/g)].map(([, inner = '']) =>
    [...inner.matchAll(/["']([\w./-]+)["']/g)].map(([, part]) => plain(part)).join('/'),
  );

/** The paths that a program names: in one text, or joined from several in a row. */
function namedFiles(text: string): string[] {
  const rows = text.match(/(?:(["'])[\w./-]+\1\s*[,/]?\s*)+/g) ?? [];
  const paths = rows.flatMap((row) => {
    const parts = [...row.matchAll(/["']([\w./-]+)["']/g)].map(([, part]) => plain(part));
    return parts.flatMap((_, start) =>
      parts.slice(start).map((_, more) => parts.slice(start, start + more + 1).join('/')),
    );
  });
  return [...new Set(paths)]
    .filter((path) => /\.py$|(?:^|\/)_*version_*(?:\.txt)?$/i.test(path))
    .slice(0, 20);
}

const ofNamedFile = (path: string): Place[] =>
  path.endsWith('.py') ? ofModule(path) : [{ path, key: undefined }];

/** A module assigns the version to a variable of one of these names. */
const ofModule = (path: string): Place[] =>
  ['__version__', 'VERSION', 'version'].map((key) => ({ path, key }));

const plain = (path: TomlValue | undefined) => String(path ?? '').replace(/^\.\//, '');

function ofFile(file: TomlValue | undefined): Place[] {
  const [path, second] = Array.isArray(file) ? file : [file];
  return typeof path === 'string' && second === undefined ? [{ path: plain(path), key: undefined }] : [];
}

/** `package.module.attribute`; the package may be in `src`. */
function ofAttribute(attribute: TomlValue | undefined): Place[] {
  if (typeof attribute !== 'string' || !/^\w+(?:\.\w+)+$/.test(attribute)) return [];
  const names = attribute.split('.');
  const key = names.pop() ?? '';
  const module = names.join('/');
  return [module, `src/${module}`]
    .flatMap((it) => [`${it}/__init__.py`, `${it}.py`])
    .map((path) => ({ path, key }));
}

function valueIn(text: string, key: string | undefined): string | undefined {
  if (key === undefined) return /^\s*(\d[\w.!+-]*)\s*$/.exec(text)?.[1];
  return new RegExp(`^${key}\\s*(?::\\s*\\w+\\s*)?=\\s*(["'])(\\d[^"'\\n]*)\\1`, 'm').exec(text)?.[2];
}
