import type { IndexId, PublishTool, Route } from '../kernel/route.ts';
import type { BuildTimeVersion } from '../python/versions/build-time-command.ts';

/** One index that the pipeline uploads to. */
export interface PipelineIndex {
  id: IndexId;
  /** `release` or `release-test`: the name of the job where it is made here. */
  job: 'release' | 'release-test';
  environment: string;
  /** The package's page, the environment's URL. */
  page: string;
  /** The audience of the ID token; the variable is `tokenVariable(audience)`. */
  audience: string;
  /** Where uploads go; `https://upload.pypi.org/legacy/` for PyPI itself. */
  uploadUrl: string;
}

/** What the pipeline file must come to. */
export interface PipelineGoal {
  /** Path of the pipeline file from the repository root. */
  path: string;
  /** The project's full path on GitLab, which keeps the jobs out of forks. */
  projectPath: string;
  route: Route;
  /** Developers may deploy on purpose, which the file remembers. */
  developersDeploy: boolean;
  publishWith: PublishTool;
  /** The build backend takes no version from git, so the job that builds gives each push its own, written there. */
  buildTimeVersion?: BuildTimeVersion | undefined;
  /** The project's own commands give each build its version, so that nothing has to be added. */
  versionByPipeline?: boolean;
  /** Jobs besides those that build whose commands take the version from git, in images without it. */
  jobsNeedingGit?: string[];
  /** The index refuses the wheels that a plain build makes of compiled code. */
  sdistOnly: boolean;
  /** The version comes from a plugin of Poetry, which 'poetry build' has to be given. */
  poetryPlugin?: boolean;
  /** Jobs that the user named, where several publish to the same index. */
  publishingJobs?: Partial<Record<IndexId, string>>;
  /** Jobs that the user named, where several build. */
  buildJobs?: string[];
  /** TestPyPI first; only PyPI with `--no-testpypi`. */
  indexes: PipelineIndex[];
  /** The Python project's folder from the repository root, `.` for the root itself. */
  packageDirectory: string;
  defaultBranch: string;
}

/** uv and `id` (twine) look for the token here: the audience in upper case, other characters as `_`. */
export function tokenVariable(audience: string): string {
  return `${audience.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_ID_TOKEN`;
}

/** Whether an address is that of PyPI or TestPyPI: twine knows what to do without being told on these alone. */
export function isOfficialUpload(url: string): boolean {
  return /^https:\/\/(upload\.pypi\.org|test\.pypi\.org)\/legacy\/$/.test(url);
}

/** Whether the build takes the version from git, for which it needs git and the whole history. */
export const isFromGit = ({ buildTimeVersion, versionByPipeline }: PipelineGoal): boolean =>
  buildTimeVersion === undefined && versionByPipeline !== true;
