import { posix } from 'node:path';
import { normalizeName } from '../kernel/package-name.ts';
import { findCfgOption } from '../text/setup-cfg.ts';
import { setupText } from '../text/setup-py.ts';
import { getToml, type TomlTable, tomlIn } from '../text/toml/document.ts';

/** A Python package that lies in the checkout. */
export interface Package {
  /** Normalised as on PyPI. */
  name: string;
  /** From the root of the repository; '.' for the root itself. */
  directory: string;
}

/** Folders of packages that are there to be tested with, copied or shown, and are not published. */
const examples =
  /(?:^|\/)(?:tests?|testing|fixtures?|examples?|samples?|templates?|docs?|demos?|vendor|third[-_]party)(?:\/|$)/;

/** Whether a folder is one of those. */
export const isExample = (directory: string): boolean => examples.test(directory);

/** The packages whose files give them a name and that are not only the root of a workspace, those at the top first. */
export function packagesIn(texts: ReadonlyMap<string, string>): Package[] {
  const directories = [...texts.keys()]
    .filter((path) => /^(?:pyproject\.toml|setup\.(?:cfg|py))$/.test(posix.basename(path)))
    .map((path) => posix.dirname(path))
    .filter((directory) => !isExample(directory));
  const found = [...new Set(directories)].flatMap((directory): Package[] => {
    const name = nameIn(texts, directory);
    return name === undefined ? [] : [{ name: normalizeName(name), directory }];
  });
  return found.sort((one, other) => one.directory.localeCompare(other.directory));
}

/** The name of the package in a folder, in the order in which setuptools lets the files override each other. */
function nameIn(texts: ReadonlyMap<string, string>, directory: string): string | undefined {
  const at = (file: string) => texts.get(posix.join(directory, file)) ?? '';
  const data = tomlOf(at('pyproject.toml'));
  if (isNoPackage(data)) return undefined;
  const names = [
    getToml(data, 'project', 'name'),
    getToml(data, 'tool', 'poetry', 'name'),
    findCfgOption(at('setup.cfg'), 'metadata', 'name')?.value,
    setupText(at('setup.py'), 'name'),
  ];
  return names.find((name): name is string => typeof name === 'string' && name !== '');
}

/** The packages below the root of a workspace that is no package itself; undefined where a folder is no such root. */
export function workspaceMembers(
  texts: ReadonlyMap<string, string>,
  directory: string,
): Package[] | undefined {
  const data = tomlOf(texts.get(posix.join(directory, 'pyproject.toml')) ?? '');
  const isRoot = getToml(data, 'tool', 'uv', 'workspace') !== undefined;
  const isPackage = getToml(data, 'project', 'name') !== undefined && !isNoPackage(data);
  if (isPackage || !(isRoot || isNoPackage(data))) return undefined;
  return packagesIn(texts).filter((it) => directory === '.' || it.directory.startsWith(`${directory}/`));
}

/** https://docs.astral.sh/uv/reference/settings/#package and https://python-poetry.org/docs/pyproject/#package-mode */
const isNoPackage = (data: TomlTable) =>
  getToml(data, 'tool', 'uv', 'package') === false ||
  getToml(data, 'tool', 'poetry', 'package-mode') === false;

/** What cannot be read describes no package here. */
const tomlOf = (text: string): TomlTable => tomlIn(text) ?? {};
