import { type Difference, type FileEdit, UnsafeEdit } from '../../text/result.ts';
import { getToml, type TomlTable } from '../../text/toml/document.ts';
import { addToList, dropKey, exchangeKey, type TomlDraft } from '../../text/toml/draft.ts';
import type { PythonFiles } from '../python-files.ts';

/** What a build backend's editor works on. */
export interface VersionEdit {
  files: PythonFiles;
  /** `pyproject.toml`, being edited. */
  toml: TomlDraft;
  /** Path from the Python project to the repository root: '.', '..', '../..' */
  root: string;
  /** Names of the repository's tags, newest first. */
  tags: readonly string[];
  /** Edits of files other than `pyproject.toml`, by their name in the project's folder. */
  others: FileEdit[];
  differences: Difference[];
  notes: string[];
}

/** The editor for one build backend. Throws `UnsafeEdit` rather than guess. */
export type VersionEditor = (edit: VersionEdit) => void;

/** A refusal, with instructions for doing it by hand. */
export class NeedsHand extends UnsafeEdit {
  constructor(
    reason: string,
    readonly manual: string,
  ) {
    super(reason);
  }
}

/** Normalised name of a requirement, without extras and version: https://peps.python.org/pep-0503/ */
export function requirementName(requirement: string): string {
  const name = /^\s*([A-Za-z0-9][\w.-]*)/.exec(requirement)?.[1] ?? '';
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** The build requirements. */
export function buildRequires(data: TomlTable): string[] {
  const requires = getToml(data, 'build-system', 'requires');
  return Array.isArray(requires) ? requires.filter((it) => typeof it === 'string') : [];
}

/** Adds a build requirement unless one of that name is there; true if it was added. */
export function requireForBuild(toml: TomlDraft, requirement: string): boolean {
  const present = buildRequires(toml.doc.data).map(requirementName);
  if (present.includes(requirementName(requirement))) return false;
  addToList(toml, ['build-system'], 'requires', requirement);
  return true;
}

/** Makes a fixed `[project] version` dynamic. Never adds a `[project]` table. */
export function makeVersionDynamic(toml: TomlDraft): void {
  const { project } = toml.doc.data;
  if (project === undefined) return;
  const dynamic = getToml(toml.doc.data, 'project', 'dynamic');
  const declared = Array.isArray(dynamic) && dynamic.includes('version');
  if (getToml(toml.doc.data, 'project', 'version') === undefined) {
    if (!declared) addToList(toml, ['project'], 'dynamic', 'version');
    return;
  }
  if (dynamic === undefined) {
    exchangeKey(toml, ['project'], 'version', 'dynamic', ['version']);
    return;
  }
  dropKey(toml, ['project', 'version']);
  if (!declared) addToList(toml, ['project'], 'dynamic', 'version');
}
