import { getToml } from '../../text/toml/document.ts';
import type { PythonFiles } from '../python-files.ts';
import { cargoManifest, readToml } from '../python-project.ts';
import { NeedsHand, type VersionEdit } from './backend.ts';
import { type BuildTimeVersion, hasVersionLine } from './build-time-command.ts';
import { flitVersion } from './flit.ts';
import { cargoLocks, maturinVersion } from './maturin.ts';
import { locksAbove, uvLock } from './uv-lock.ts';
import { versionFile, versionPlaces } from './version-file.ts';

/** Where build backends read a version that is not in `[project]`. */
const places: Record<string, (files: PythonFiles) => BuildTimeVersion> = {
  'flit_core.buildapi': flitVersion,
  'flit.buildapi': flitVersion,
  maturin: maturinVersion,
};

/** Where a build backend reads the version. Throws `NeedsHand` if the pipeline could not change it. */
export function placeOfVersion(files: PythonFiles): BuildTimeVersion {
  const backend = String(getToml(readToml(files['pyproject.toml']), 'build-system', 'build-backend'));
  return (places[backend] ?? writtenPlace)(files);
}

/**
 * The files other than `pyproject.toml`, `setup.cfg` and `setup.py` that may hold this project's version, relative to
 * the project's `directory`; not all of them need exist. Throws a `UserError` for broken TOML.
 */
export function furtherFiles(files: PythonFiles, directory = '.'): string[] {
  const data = readToml(files['pyproject.toml']);
  const backend = String(getToml(data, 'build-system', 'build-backend'));
  if (typeof getToml(data, 'project', 'version') === 'string') return locksAbove(directory, uvLock);
  if (backend === 'maturin') return [cargoManifest(data), ...cargoLocks(data, directory)];
  const paths = new Set(versionPlaces(files, data).map(({ path }) => path));
  return [...paths];
}

/** No file to edit: the build job appends the pipeline's number, and a tag must equal the written version. */
export function atBuildTime({ files, toml, notes }: VersionEdit): void {
  const version = placeOfVersion(files);
  const where = 'path' in version ? version.path : '[project] of pyproject.toml';
  notes.push(
    `The build backend takes no version from git, so test uploads are the version in ${where} with .devN, the pipeline's number; write the next version there before you tag it.`,
  );
  if (getToml(toml.doc.data, 'build-system', 'build-backend') === 'maturin') {
    notes.push(
      'maturin fetches Rust by rustup where the image of the job that builds has none; an image with Rust saves that.',
    );
  }
}

/** Throws `NeedsHand` if the version is not written where a command could change it. */
function writtenPlace(files: PythonFiles): BuildTimeVersion {
  const data = readToml(files['pyproject.toml']);
  if (typeof getToml(data, 'project', 'version') === 'string') return { kind: 'pyproject' };
  const file = versionFile(files, data);
  if (file !== undefined && file.key === undefined) return { kind: 'text', path: file.path };
  const lines: { path: string; key: string; section?: string }[] = [
    ...(file?.key === undefined ? [] : [{ path: file.path, key: file.key }]),
    { path: 'pyproject.toml', key: 'version', section: 'tool.poetry' },
    { path: 'setup.cfg', key: 'version', section: 'metadata' },
    { path: 'setup.py', key: 'version' },
  ];
  const line = lines.find(({ path, key, section }) => hasVersionLine(`\n${files[path] ?? ''}`, key, section));
  if (line !== undefined) return { kind: 'line', ...line };
  throw new NeedsHand(
    'The version is not written in [project] of pyproject.toml, nor elsewhere where the pipeline could change it',
    'Write version = "1.2.3" into [project] and take it out of its dynamic list, then run this again.',
  );
}
