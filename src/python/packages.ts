import { posix } from 'node:path';
import { normalizeName } from '../kernel/package-name.ts';
import { getToml, isUnreadable, parseToml, type TomlTable } from '../text/toml/document.ts';

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

/** The packages whose `pyproject.toml` has a name and is not only the root of a workspace, those at the top first. */
export function packagesIn(texts: ReadonlyMap<string, string>): Package[] {
  const found = [...texts].flatMap(([path, text]): Package[] => {
    const directory = posix.dirname(path);
    if (posix.basename(path) !== 'pyproject.toml' || examples.test(directory)) return [];
    const data = tomlOf(text);
    const name = getToml(data, 'project', 'name') ?? getToml(data, 'tool', 'poetry', 'name');
    if (typeof name !== 'string' || isNoPackage(data)) return [];
    return [{ name: normalizeName(name), directory }];
  });
  return found.sort((one, other) => one.directory.localeCompare(other.directory));
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
function tomlOf(text: string): TomlTable {
  try {
    return parseToml(text).data;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return {};
  }
}
