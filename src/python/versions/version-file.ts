import { findCfgOption } from '../../text/setup-cfg.ts';
import { getToml, isTable, type TomlTable, type TomlValue } from '../../text/toml/document.ts';
import type { PythonFiles } from '../python-files.ts';
import { readToml } from '../python-project.ts';

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
  const hatch = getToml(data, 'tool', 'hatch', 'version');
  if (isTable(hatch) && typeof hatch.path === 'string' && /^(?:regex)?$/.test(String(hatch.source ?? '')))
    return ['__version__', 'VERSION', 'version'].map((key) => ({ path: plain(hatch.path), key }));
  const pdm = getToml(data, 'tool', 'pdm', 'version');
  if (isTable(pdm) && pdm.source === 'file') return [{ path: plain(pdm.path), key: '__version__' }];
  const dynamic = getToml(data, 'tool', 'setuptools', 'dynamic', 'version');
  if (isTable(dynamic)) return [...ofAttribute(dynamic.attr), ...ofFile(dynamic.file)];
  const option = findCfgOption(files['setup.cfg'] ?? '', 'metadata', 'version')?.value ?? '';
  const [, how, where = ''] = /^(attr|file):\s*(\S+)\s*$/.exec(option) ?? [];
  return how === undefined ? [] : how === 'attr' ? ofAttribute(where) : ofFile(where);
}

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
