import type { PythonFiles } from '../python-files.ts';
import { readToml } from '../python-project.ts';
import { getToml } from '../toml.ts';
import { NeedsHand, type VersionEdit } from './backend.ts';
import type { BuildTimeVersion } from './build-time-command.ts';
import { flitModuleFiles, flitVersion } from './flit.ts';
import { cargoManifest, maturinVersion } from './maturin.ts';

/** Build backends that know no version from git, each with the place where its version is written. */
const places: Record<string, (files: PythonFiles) => BuildTimeVersion> = {
  uv_build: pyprojectVersion,
  'sipbuild.api': pyprojectVersion,
  'flit_core.buildapi': flitVersion,
  'flit.buildapi': flitVersion,
  maturin: maturinVersion,
};

/** What the pipeline is to change before each build; undefined where the build backend takes the version from git. */
export function buildTimeVersion(files: PythonFiles): BuildTimeVersion | undefined {
  try {
    return placeOf(files)?.(files);
  } catch (error) {
    if (error instanceof NeedsHand) return undefined;
    throw error;
  }
}

/**
 * The files besides `pyproject.toml`, `setup.cfg` and `setup.py` in which this project's version may be written, by
 * their path from the project's folder; not each of them is there. Throws a `UserError` for broken TOML.
 */
export function furtherFiles(files: PythonFiles): string[] {
  const data = readToml(files['pyproject.toml']);
  const backend = String(getToml(data, 'build-system', 'build-backend'));
  if (typeof getToml(data, 'project', 'version') === 'string') return [];
  if (backend === 'maturin') return [cargoManifest(data)];
  return /^flit(_core)?\./.test(backend) ? flitModuleFiles(data) : [];
}

/** Nothing to edit: the job that builds appends the pipeline's number, and a tag must be the version that is written. */
export function atBuildTime({ files, notes }: VersionEdit): void {
  const version = placeOf(files)?.(files);
  const where = version && 'path' in version ? version.path : '[project] of pyproject.toml';
  notes.push(
    `The build backend takes no version from git, so test uploads are the version in ${where} with .devN, the pipeline's number; write the next version there before you tag it.`,
  );
}

function placeOf(files: PythonFiles): ((files: PythonFiles) => BuildTimeVersion) | undefined {
  return places[String(getToml(readToml(files['pyproject.toml']), 'build-system', 'build-backend'))];
}

/** Throws `NeedsHand` where `[project]` has no fixed version. */
function pyprojectVersion(files: PythonFiles): BuildTimeVersion {
  if (typeof getToml(readToml(files['pyproject.toml']), 'project', 'version') === 'string')
    return { kind: 'pyproject' };
  throw new NeedsHand(
    'The version is not written in [project] of pyproject.toml, where the pipeline could change it',
    'Write version = "1.2.3" into [project] and take it out of its dynamic list, then run this again.',
  );
}
