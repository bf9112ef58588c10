import { getToml, type TomlTable } from '../toml.ts';
import { NeedsHand, type VersionEdit } from './backend.ts';

/** Build backends that know no version from git: https://docs.astral.sh/uv/concepts/build-backend/ and https://flit.pypa.io/ */
const backends = ['uv_build', 'flit_core.buildapi'];

/** Whether the pipeline is to give each build of the default branch its own version, since the build backend cannot. */
export function isVersionedAtBuildTime(data: TomlTable): boolean {
  const backend = getToml(data, 'build-system', 'build-backend');
  return backends.includes(String(backend)) && typeof getToml(data, 'project', 'version') === 'string';
}

/** Nothing to edit: the job that builds appends the pipeline's number, and a tag must be the version that is written. */
export function atBuildTime({ toml, notes }: VersionEdit): void {
  const version = getToml(toml.doc.data, 'project', 'version');
  if (!isVersionedAtBuildTime(toml.doc.data)) {
    throw new NeedsHand(
      'The version is not written in [project] of pyproject.toml, where the pipeline could change it',
      'Write version = "1.2.3" into [project] and take it out of its dynamic list, then run this again.',
    );
  }
  notes.push(
    `The build backend takes no version from git, so test uploads are ${version}.devN with the pipeline's number; write the next version before you tag it.`,
  );
}
