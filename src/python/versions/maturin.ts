import { posix } from 'node:path';
import { getToml, type TomlTable } from '../../text/toml/document.ts';
import type { PythonFiles } from '../python-files.ts';
import { cargoManifest, readToml } from '../python-project.ts';
import { NeedsHand } from './backend.ts';
import { type BuildTimeVersion, hasCargoVersion } from './build-time-command.ts';
import { locksAbove } from './uv-lock.ts';

/** Where maturin reads the version. Throws `NeedsHand` if the pipeline could not change it. */
export function maturinVersion(files: PythonFiles): BuildTimeVersion {
  const data = readToml(files['pyproject.toml']);
  if (typeof getToml(data, 'project', 'version') === 'string') return { kind: 'pyproject' };
  const path = cargoManifest(data);
  if (!hasCargoVersion(files[path] ?? '')) throw elsewhere(path, files[path]);
  const [, name = ''] = /^ *\[package\][^[]*?^ *name *= *["']([\w-]+)["']/m.exec(files[path] ?? '') ?? [];
  const entry = new RegExp(`^name = "${name}"\\r?\\nversion = "[^"]*"\\r?\\n(?!source)`, 'm');
  const lock = Object.keys(files).find((it) => it.endsWith('Cargo.lock') && entry.test(files[it] ?? ''));
  // Whatever builds with `--locked` would fail as soon as the two differ.
  if (lock !== undefined) return { kind: 'cargo', path, lock: { path: lock, name } };
  if (getToml(data, 'tool', 'maturin', 'locked') === true) {
    throw new NeedsHand(
      '[tool.maturin] locked = true makes the build fail as soon as the pipeline changes the version, since Cargo.lock holds it too',
      'Take locked = true out of [tool.maturin] (the versions in Cargo.lock are used without it as well), or write version = "1.2.3" into [project] of pyproject.toml and take it out of its dynamic list; then run this again.',
    );
  }
  return { kind: 'cargo', path };
}

/** Where Cargo.lock may be: beside the manifest or, for a member of a workspace, above it. */
export const cargoLocks = (data: TomlTable, directory: string): string[] => {
  const folder = posix.dirname(cargoManifest(data));
  return locksAbove(posix.join(directory, folder), 'Cargo.lock').map((it) => posix.join(folder, it));
};

function elsewhere(path: string, text: string | undefined): NeedsHand {
  const inherited = /^\s*version\s*\.\s*workspace|^\s*version\s*=\s*\{[^}]*workspace/m.test(text ?? '');
  const reason =
    text === undefined
      ? `maturin reads the version from ${path}, which is not there`
      : inherited
        ? `${path} takes its version from the workspace, where other packages have it too`
        : `${path} has no version = "1.2.3" on a line of its own in [package], which the pipeline could change`;
  return new NeedsHand(
    reason,
    `Write version = "1.2.3" into [package] of ${path}, or into [project] of pyproject.toml and take it out of its dynamic list; then run this again.`,
  );
}
