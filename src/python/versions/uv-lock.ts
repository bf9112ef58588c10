import { normalizeName } from '../../kernel/package-name.ts';
import { getToml, type TomlTable } from '../../text/toml/document.ts';
import type { VersionEdit } from './backend.ts';

/** The name of uv's lock file, which has the project's version where that is written in `[project]`. */
export const uvLock = 'uv.lock';

/** Where a lock file may be: in the project's folder or, for a member of a workspace, in one above. */
export function locksAbove(directory: string, name: string): string[] {
  const folders = directory.split('/').filter((it) => it !== '.');
  const ways = folders.includes('..') ? [] : ['', ...folders];
  return ways.map((_, depth) => `${'../'.repeat(depth)}${name}`);
}

/**
 * Takes the version out of uv's lock, as `uv lock` does once it is dynamic. Otherwise `uv sync --locked` fails, and a
 * plain one changes the file, so that no build after it has the tag's version (tried with uv 0.13.9). uv reads an entry
 * without a version since 0.5.25; a lock with a revision was written by 0.6.15 or newer.
 */
export function unlockVersion(edit: VersionEdit, before: TomlTable): void {
  const name = getToml(before, 'project', 'name');
  const isDynamic = getToml(edit.toml.doc.data, 'project', 'version') === undefined;
  if (!isDynamic || typeof name !== 'string') return;
  const entry = new RegExp(
    `(\\[\\[package\\]\\]\\r?\\nname = "${normalizeName(name)}"\\r?\\n)version = "([^"]*)"\\r?\\n(?=source = \\{ (?:editable|virtual|directory) =)`,
  );
  const path = Object.keys(edit.files).find(
    (it) => /^(?:\.\.\/)*uv\.lock$/.test(it) && entry.test(edit.files[it] ?? ''),
  );
  const lock = edit.files[path ?? ''] ?? '';
  const [, start = '', version = ''] = entry.exec(lock) ?? [];
  if (path === undefined || version === '') return;
  if (!/^revision = /m.test(lock)) {
    edit.notes.push(`Run 'uv lock' as well: ${uvLock} has the version that is no longer written.`);
    return;
  }
  edit.others.push({ path, before: lock, after: lock.replace(entry, () => start) });
  edit.differences.push({ field: `${uvLock} ${name}.version`, current: version, wanted: '(dynamic)' });
}
