import { ownValue } from '../kernel/own-value.ts';
import type { IndexId, OccasionChoice, PublishTool, Route } from '../kernel/route.ts';
import type { BuildTimeVersion } from '../python/versions/build-time-command.ts';
import type { YamlTable } from '../text/yaml/document.ts';

/** An index that the pipeline uploads to. */
export interface PipelineIndex {
  id: IndexId;
  /** `release` or `release-test`: the job's name if we create it. */
  job: 'release' | 'release-test';
  environment: string;
  /** The package's page, used as the environment's URL. */
  page: string;
  /** The audience of the ID token; its variable is `tokenVariable(audience)`. */
  audience: string;
  /** The upload URL; `https://upload.pypi.org/legacy/` for PyPI itself. */
  uploadUrl: string;
}

/** What the pipeline file has to become. */
export interface PipelineGoal {
  /** Path of the pipeline file from the repository root. */
  path: string;
  /** The project's full path on GitLab, which keeps the jobs out of forks. */
  projectPath: string;
  route: Route;
  publishWith: PublishTool;
  /** What is published has attestations, signed by a job of its own: https://peps.python.org/pep-0740/ */
  attest?: boolean;
  /** The project's own occasions, if absent. */
  occasions?: OccasionChoice;
  /** Tags to publish, as a regular expression: another tag would stop at the check, and with it what the project does there. */
  versionTags?: string;
  /** The build backend cannot take the version from git, so the build job writes one for each push, here. */
  buildTimeVersion?: BuildTimeVersion | undefined;
  /** The project's own commands give each build its version, so that nothing has to be added. */
  versionByPipeline?: boolean;
  /** Builds take the version from git already, by what they require now. */
  buildsFromGit?: boolean;
  /** Jobs besides those that build whose commands take the version from git, in images without it. */
  jobsNeedingGit?: string[];
  /** Jobs besides those that build for the index whose builds would not see the version from git. */
  jobsBuildingElsewhere?: string[];
  /** The index rejects the wheels that a plain build makes from compiled code. */
  sdistOnly: boolean;
  /** The version comes from a Poetry plugin, which 'poetry build' needs. */
  poetryPlugin?: boolean;
  /** Jobs that call programs of the project, all of which were read and upload nothing. */
  jobsWithoutUploads?: string[];
  /** Jobs that only hand on what others have built, with those. */
  carriers?: Record<string, string[]>;
  /** Jobs the user named, if several publish to the same index. */
  publishingJobs?: Partial<Record<IndexId, string>>;
  /** Jobs the user named, if several build. */
  buildJobs?: string[];
  /** TestPyPI first; only PyPI with `--no-testpypi`. */
  indexes: PipelineIndex[];
  /** The Python project's folder from the repository root, `.` for the root itself. */
  packageDirectory: string;
  defaultBranch: string;
}

/** A name for a new job that publishes to an index. */
export function newJobName({ id, job }: PipelineIndex, data: YamlTable): string {
  if (ownValue(data, job) === undefined) return job;
  return id === 'pypi' ? 'release-pypi' : 'release-testpypi';
}

/**
 * The variable in which uv and `id` (twine) look for the token: the audience in upper case, other characters as `_`.
 */
export function tokenVariable(audience: string): string {
  return `${audience.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_ID_TOKEN`;
}

/** Whether a URL is PyPI's or TestPyPI's: only for these does twine know what to do. */
export function isOfficialUpload(url: string): boolean {
  return /^https:\/\/(upload\.pypi\.org|test\.pypi\.org)\/legacy\/$/.test(url);
}

/** Whether the build takes the version from git, for which it needs git and the whole history. */
export const isFromGit = ({ buildTimeVersion, versionByPipeline }: PipelineGoal): boolean =>
  buildTimeVersion === undefined && versionByPipeline !== true;
