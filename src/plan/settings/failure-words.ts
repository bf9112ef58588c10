import type { Cause, GitLabReason, LogCause } from '../../facts/job-log/index.ts';
import { keysOf } from '../../kernel/keys-of.ts';
import { oldestUv } from '../../pipeline/tool-versions.ts';

/** What a cause is to blame on: the publisher as registered, the job, the files, the index or GitLab's runner. */
export type Blame = 'publisher' | 'job' | 'files' | 'index' | 'runner';

/** A failure in words. */
export interface Explanation {
  /** Undefined where nothing could be read of it. */
  blame: Blame | undefined;
  /** A clause: what happened, and why. */
  what: string;
  /** Full sentences: what to do next. */
  next: string;
}

/** What the words are about. */
export interface Circumstances {
  /** 'PyPI', 'TestPyPI'. */
  title: string;
  /** The index's base URL. */
  url: string;
  packageName: string;
  environment: string;
  job: string;
  /** The variable that the index's clients take the ID token from, and the audience that it must have. */
  tokenVariable: string;
  audience: string;
  /** The page that lists the publishers, filled in where the index allows. */
  publisherPage: string;
  /** The project's page on GitLab. */
  projectUrl: string;
}

type Values = Record<string, string | undefined>;
type Row = [blame: Blame, words: (at: Circumstances, values: Values) => [what: string, next: string]];

const retryJob = 'Then retry the job: a retried job gets a new ID token.';
const newVersion =
  'Release a new version: an index never accepts different content under a file name that it has seen.';

const runAgain = 'Run the whole pipeline again, or keep them longer (artifacts: expire_in).';
const raiseLimit = 'Find out what it waited for; raise its timeout if the wait is expected.';
const waitAndRetry = 'Nothing is wrong here. See https://status.python.org, wait, and retry the job.';

const byLog: Record<LogCause, Row> = {
  'publisher-not-found': [
    'publisher',
    ({ title }) => [
      `${title} has no Trusted Publisher with the values of the job's ID token`,
      'Compare them with the publishers listed there; namespace, project, pipeline file and environment must all match.',
    ],
  ],
  'publisher-spelling': [
    'publisher',
    ({ title }) => [
      `the Trusted Publisher on ${title} is spelt differently from the ID token, and letter case counts`,
      `Add one with GitLab's own spelling and remove the other: while both exist, ${title} may pick the wrong one. ${retryJob}`,
    ],
  ],
  'pipeline-file-unusable': [
    'job',
    ({ title, projectUrl }) => [
      `${title} cannot read the pipeline file from the ID token: its name must end in .yml or .yaml and it must belong to this project`,
      `Set 'CI/CD configuration file' at ${projectUrl}/-/settings/ci_cd to such a file, and start a new pipeline.`,
    ],
  ],
  'claim-missing': [
    'job',
    ({ title }, { claim = '' }) => [
      claim === 'ci_config_ref_uri'
        ? `the ID token does not name a pipeline file of this project (claim ci_config_ref_uri), which ${title} needs`
        : `the ID token lacks the claim ${claim}, which ${title} needs`,
      claim === 'ci_config_ref_uri'
        ? 'Define the pipeline in a file of this project: one of another project, a URL or a policy has no such claim.'
        : 'GitLab may be too old, or a proxy may change its tokens: ask its administrators.',
    ],
  ],
  'claim-refused': [
    'job',
    ({ title }, { claim = '' }) => [
      `${title} refuses the claim ${claim} of the ID token`,
      claim === 'sub'
        ? "Let the project's 'ci_id_token_sub_claim_components' begin with project_path, which is GitLab's default."
        : 'Compare the claim with the publisher that is registered there.',
    ],
  ],
  'refs-empty': [
    'job',
    () => [
      'the ID token says neither which ref nor which commit it is for',
      'Start a new pipeline by a push; if it happens again, GitLab is too old.',
    ],
  ],
  'pending-name-taken': [
    'publisher',
    ({ title, packageName }) => [
      `${packageName} exists on ${title} by now, so the pending publisher for it was deleted`,
      'If it is yours, register the publisher on the page of the project. If not, the package needs another name.',
    ],
  ],
  'pending-name-refused': [
    'publisher',
    ({ title }, { name = '' }) => [
      `${title} does not create a project called ${name}: the name is not allowed, or too similar to another`,
      'Choose another name for the package, and register a pending publisher for that.',
    ],
  ],
  'token-reused': [
    'job',
    () => [
      'its ID token had already been used: a job has one for each index, and each can be exchanged only once',
      'Upload everything with one command per job and one job per index; --dry-run uses the token up, too. Then retry the job.',
    ],
  ],
  'issuer-unknown': [
    'publisher',
    ({ title }) => [
      `${title} does not accept ID tokens of this GitLab`,
      'Only gitlab.com is accepted, and issuers that the staff of PyPI have set up for an organization. Else publish with an API token (--route token).',
    ],
  ],
  'publishing-not-enabled': [
    'index',
    ({ title }) => [`Trusted Publishing was switched off on ${title}`, waitAndRetry],
  ],
  'token-malformed': [
    'job',
    ({ tokenVariable, audience }) => [
      `${tokenVariable} does not contain an ID token: it is empty, or a variable that was not expanded`,
      `Let the job have 'id_tokens: {${tokenVariable}: {aud: ${audience}}}', and remove variables of that name from the project and its groups.`,
    ],
  ],
  'audience-wrong': [
    'job',
    ({ title, tokenVariable, audience }, { got = '' }) => [
      `its ID token has the audience ${got}, and ${title} needs ${audience}`,
      `Set 'aud: ${audience}' for ${tokenVariable}, as plain text and not as a list.`,
    ],
  ],
  'token-invalid': [
    'job',
    ({ title, tokenVariable, audience }) => [
      `${title} does not accept the ID token: most often its audience is not ${audience}, or the job ran longer than the token lives`,
      `Set 'aud: ${audience}' for ${tokenVariable}, as plain text and not as a list. ${retryJob}`,
    ],
  ],
  'exchange-refused': [
    'publisher',
    ({ title }, { code, key, reason }) => [
      `${title} refuses the ID token (${code ?? key ?? 'no code'}${reason === undefined ? '' : `: ${reason.trim()}`})`,
      'See https://docs.pypi.org/trusted-publishers/troubleshooting/.',
    ],
  ],
  'id-token-missing': [
    'job',
    ({ title, audience }, { variable, other }) => [
      `the job has no ID token for ${title}: the variable ${variable ?? other} is not there`,
      `Add 'id_tokens: {${variable ?? other}: {aud: ${audience}}}' to it.`,
    ],
  ],
  'not-gitlab-ci': [
    'job',
    () => [
      'the client did not see that it runs in a GitLab job (GITLAB_CI)',
      'Run it in the job itself, not in a container or environment that lacks the variables of the job.',
    ],
  ],
  'client-too-old': [
    'job',
    () => [
      'this version of uv does not support Trusted Publishing on GitLab',
      `Use an image with uv ${oldestUv} or newer.`,
    ],
  ],
  'credential-left': [
    'job',
    () => [
      'a user name, password or token for the upload is set in addition to the ID token',
      'Remove UV_PUBLISH_USERNAME, UV_PUBLISH_PASSWORD and UV_PUBLISH_TOKEN from the project, its groups and the file.',
    ],
  ],
  'credential-missing': [
    'job',
    ({ title }) => [
      `the client asked for a user name or a token, so it did not try Trusted Publishing with ${title}`,
      "Remove TWINE_REPOSITORY_URL and other variables of the client, and let uv have '--trusted-publishing always'.",
    ],
  ],
  'file-exists': [
    'files',
    ({ title }, { file = 'the file' }) => [`${title} has ${file} already, with other content`, newVersion],
  ],
  'file-deleted': [
    'files',
    ({ title }) => [`${title} once had a file of that name, which was deleted`, newVersion],
  ],
  'local-version': [
    'files',
    ({ title }, { version = '' }) => [
      `the version ${version} has a local part, which ${title} does not accept`,
      "Let the version plugin leave it out (local_scheme = 'no-local-version'), or build from a tag.",
    ],
  ],
  'release-closed': [
    'files',
    ({ title }) => [
      `${title} accepts no more files for a release that is older than 14 days`,
      'Release a new version.',
    ],
  ],
  'second-sdist': [
    'files',
    ({ title }) => [
      `${title} has another source distribution of that version`,
      'Upload only one per version: check what is in dist/.',
    ],
  ],
  'sdist-name': [
    'files',
    (_, { file, other, wanted }) => [
      `the source distribution ${file ?? other} has the wrong file name${wanted === undefined ? '' : ` (${wanted})`}`,
      'Build it with a newer build backend: setuptools 69.3 or newer, for instance.',
    ],
  ],
  'other-package-file': [
    'files',
    ({ packageName }, { wanted = '' }) => [
      `a file in dist/ belongs to another package: its name should begin with ${wanted}`,
      `Upload only the files of ${packageName}.`,
    ],
  ],
  'wheel-name': [
    'files',
    (_, { file = '', wanted = '' }) => [
      `the wheel ${file} should begin with ${wanted}`,
      'Build it with a newer build backend.',
    ],
  ],
  'version-in-name': [
    'files',
    (_, { version = '', wanted = '' }) => [
      `a file's name says version ${version}, and its metadata ${wanted}`,
      'Build both in one clean job, and rename no files.',
    ],
  ],
  'wheel-platform': [
    'files',
    ({ title }, { file = 'the wheel', tag = '' }) => [
      `${title} does not accept ${file}: its platform ${tag} does not say which Linux it runs on`,
      'Build wheels with cibuildwheel, repair them with auditwheel, or upload only the source distribution.',
    ],
  ],
  'file-extension': [
    'files',
    ({ title }, { file, other }) => [
      `${title} accepts wheels and .tar.gz only${(file ?? other) === undefined ? '' : `, not ${file ?? other}`}`,
      "Name the files in the upload: 'dist/*.whl dist/*.tar.gz'.",
    ],
  ],
  'licence-file-missing': [
    'files',
    (_, { path = '' }) => [
      `the metadata name the licence file ${path}, and the distribution does not contain it`,
      'Add it to the project, or correct license-files in pyproject.toml.',
    ],
  ],
  'classifier-unknown': [
    'files',
    ({ title }, { value = '' }) => [
      `'${value}' is not a classifier of ${title}`,
      'Correct classifiers in pyproject.toml: https://pypi.org/classifiers/ lists them.',
    ],
  ],
  'dependency-direct': [
    'files',
    ({ title }, { value = '' }) => [
      `${title} accepts no dependency given by URL (${value})`,
      'Depend on a released version.',
    ],
  ],
  'summary-lines': [
    'files',
    () => [
      'the description has more than one line',
      'Keep description in pyproject.toml on one line; the long text is the readme.',
    ],
  ],
  'metadata-version': [
    'files',
    (_, { value = '' }) => [
      `the client or the index does not know the metadata version ${value}`,
      'Use twine 7 or newer, or uv.',
    ],
  ],
  'description-unrendered': [
    'files',
    ({ title }, { value = '' }) => [
      `${title} cannot render the readme as ${value}`,
      "Run 'twine check dist/*' to see what is wrong, and correct the readme.",
    ],
  ],
  'metadata-field': [
    'files',
    (_, { value = '', field = '' }) => [
      `'${value}' is not valid for ${field}`,
      `Correct ${field} in the metadata of the project.`,
    ],
  ],
  'url-invalid': [
    'files',
    (_, { value = '' }) => [`'${value}' is not a valid URL`, 'Correct urls in pyproject.toml.'],
  ],
  'project-unknown': [
    'publisher',
    ({ title, packageName }) => [
      `the pending publisher was registered for a project name other than ${packageName}`,
      `It is used up now and has created an empty project. Register a pending publisher with the PyPI project name ${packageName} on ${title}, and delete the empty project.`,
    ],
  ],
  'token-other-project': [
    'publisher',
    ({ title, packageName }) => [
      `the Trusted Publisher on ${title} belongs to another project than ${packageName}`,
      `Register it for ${packageName}. ${retryJob}`,
    ],
  ],
  'project-closed': [
    'index',
    ({ title, url, packageName }) => [
      `${packageName} accepts no uploads on ${title}: it is archived or quarantined`,
      `An Owner can unarchive it at ${url}/manage/project/${packageName}/settings/; only PyPI's admins can lift a quarantine.`,
    ],
  ],
  'user-name-refused': [
    'job',
    ({ title }) => [
      `a user name and a password are set, which ${title} does not accept any more, and which switch Trusted Publishing off`,
      'Remove TWINE_USERNAME and TWINE_PASSWORD (UV_PUBLISH_ ...) from the project, its groups and the file.',
    ],
  ],
  'credential-refused': [
    'job',
    ({ title }) => [
      `${title} does not accept the credential that was sent: most often an old token in a variable, which switches Trusted Publishing off`,
      'Remove TWINE_PASSWORD and UV_PUBLISH_TOKEN from the project, its groups and the file, and revoke the token.',
    ],
  ],
  'uploads-off': ['index', ({ title }) => [`uploads were switched off on ${title}`, waitAndRetry]],
  'attestation-refused': [
    'files',
    ({ title }, { reason = '' }) => [
      `${title} refuses the attestations (${reason.trim()})`,
      'Sign in a job of the same pipeline file, and upload as the Trusted Publisher.',
    ],
  ],
  'attestation-missing': [
    'files',
    (_, { file = 'a file' }) => [
      `attestations are required, and ${file} has none next to it`,
      "Add 'dist/*.publish.attestation' to the artifacts of the job that signs.",
    ],
  ],
  'file-too-large': [
    'index',
    ({ title }) => [
      `the file, or the whole project, is larger than ${title} allows`,
      'Make it smaller, delete old releases, or ask for more: https://docs.pypi.org/project-management/storage-limits/.',
    ],
  ],
  'index-down': [
    'index',
    ({ title }, { status = '' }) => [
      `${title} answered with the status ${status}`,
      'Nothing is wrong here. See https://status.python.org, and retry the job later.',
    ],
  ],
  'nothing-to-publish': [
    'files',
    () => [
      'there was nothing in dist/',
      "Let the job that builds keep 'artifacts: {paths: [dist/]}', and this job take them ('dependencies' or 'needs'); artifacts may have expired too.",
    ],
  ],
  'tag-differs': [
    'files',
    (_, { version = '', tag = '' }) => [
      `the build has version ${version}, but the tag is ${tag}`,
      'Most often the checkout was changed before the build, or lacks the history (GIT_DEPTH: "0").',
    ],
  ],
  'image-unpullable': [
    'runner',
    (_, { image = '' }) => [
      `the runner could not pull the image ${image}`,
      'Check that this tag exists and that the runner may pull it.',
    ],
  ],
  'artifacts-missing': ['runner', () => ['the artifacts of an earlier job are gone', runAgain]],
  'no-shell': [
    'runner',
    () => [
      'the image has no shell to run the script in',
      'Use an image with one (ghcr.io/astral-sh/uv:VERSION-python3.13-trixie-slim), or set its entrypoint to [""].',
    ],
  ],
  'command-not-found': [
    'runner',
    (_, { command = '' }) => [
      `the image has no ${command}`,
      `Use an image that contains it, or install it in a job that has no token.`,
    ],
  ],
  'version-undetectable': [
    'runner',
    () => [
      'the version could not be taken from git: no git in the image, or no history in the checkout',
      'Use an image with git (not -slim, not -alpine), and GIT_DEPTH: "0".',
    ],
  ],
  'host-unreachable': [
    'runner',
    ({ title }, { host }) => [
      `the runner could not reach ${host ?? title}`,
      'Retry the job; if it happens again, the runner needs internet access (proxy, firewall).',
    ],
  ],
  'certificate-untrusted': [
    'runner',
    ({ title }) => [
      `the client does not trust the certificate that it received for ${title}`,
      'If a proxy intercepts TLS, add its CA to SSL_CERT_FILE and REQUESTS_CA_BUNDLE; uv from 0.13.4 on has the newest roots.',
    ],
  ],
  'disk-full': ['runner', () => ["the runner's disk is full", 'Free some space, or use another runner.']],
  'time-limit': ['runner', (_, { limit = 'its time' }) => [`the job took longer than ${limit}`, raiseLimit]],
};

const outdated: Row = [
  'job',
  () => [
    'a newer pipeline had already deployed there, so GitLab refused this one',
    "That is normal when two pushes follow each other. Publish the newest; or switch off 'Prevent outdated deployment jobs'.",
  ],
];

const noRunner: Row = [
  'runner',
  ({ projectUrl }) => [
    'no runner picks up the job',
    `Compare its tags with those of the runners at ${projectUrl}/-/settings/ci_cd; protected runners only accept jobs on protected branches and tags.`,
  ],
];

const byGitLab: Record<GitLabReason, Row> = {
  protected_environment_failure: [
    'job',
    ({ environment, projectUrl }) => [
      `whoever started it may not deploy to the protected environment ${environment}`,
      `Let someone who may deploy start it, or change who may at ${projectUrl}/-/settings/ci_cd.`,
    ],
  ],
  deployment_rejected: [
    'job',
    ({ environment }) => [
      `an approver rejected the deployment to ${environment}`,
      'Talk to them; a new pipeline asks for approval again.',
    ],
  ],
  failed_outdated_deployment_job: outdated,
  forward_deployment_failure: outdated,
  environment_creation_failure: [
    'job',
    ({ environment }) => [
      `GitLab could not create the environment ${environment}`,
      'Its name may only have letters, digits, spaces and - _ / $ { } ., and it may have no variable that is empty here.',
    ],
  ],
  stuck_pending_no_matching_runners: noRunner,
  stuck_pending_no_active_runners: noRunner,
  no_matching_runner: noRunner,
  ci_quota_exceeded: [
    'runner',
    () => [
      'the compute minutes of the group are used up',
      'Buy more, wait for next month, or use your own runner.',
    ],
  ],
  job_execution_timeout: ['runner', () => ['the job reached its time limit', raiseLimit]],
  missing_dependency_failure: [
    'runner',
    () => ['the artifacts of an earlier job are gone: expired, erased or never created', runAgain],
  ],
  builds_disabled: [
    'job',
    ({ projectUrl }) => ['CI/CD is turned off for the project', `Turn it on at ${projectUrl}/edit.`],
  ],
  downstream_pipeline_creation_failed: [
    'job',
    () => [
      'GitLab could not create the pipeline that it starts',
      "Look at the file that the job's 'trigger' includes: it is not valid, or its rules leave no job.",
    ],
  ],
  user_blocked: ['job', () => ['the user who started it is blocked', 'Let somebody else start it.']],
  id_token_burned_project_path: [
    'publisher',
    ({ title }) => [
      `GitLab gives the project no ID token, because another project had its path before, and ${title} does not support the workaround that GitLab suggests`,
      'Move the project to a path that no project had before, and register the publisher for that; or publish with an API token (--route token).',
    ],
  ],
};

/** Every known cause of a failed upload. */
export const failureCauses = [...keysOf(byLog), ...keysOf(byGitLab)];

/** A known cause in words without the circumstances of a project: what a log would tell has its name in capitals. */
export function explainInGeneral(kind: (typeof failureCauses)[number]): Explanation {
  const at = {
    title: 'the index',
    url: 'https://pypi.org',
    packageName: 'the package',
    environment: 'release',
    job: 'release',
    tokenVariable: 'PYPI_ID_TOKEN',
    audience: 'pypi',
    publisherPage: 'https://pypi.org/manage/account/publishing/',
    projectUrl: 'https://gitlab.com/GROUP/PROJECT',
  };
  const values: Record<string, string> = new Proxy({}, { get: (_, name) => String(name).toUpperCase() });
  return Object.hasOwn(byLog, kind)
    ? explainCause({ by: 'log', kind: kind as LogCause, values }, at)
    : explainCause({ by: 'gitlab', kind: kind as GitLabReason }, at);
}

/** Why a job failed to publish, and what to do about it. */
export function explainCause(cause: Cause, at: Circumstances): Explanation {
  switch (cause.by) {
    case 'log': {
      const [blame, words] = byLog[cause.kind];
      const [what, next] = words(at, cause.values);
      return { blame, what, next };
    }
    case 'gitlab': {
      const [blame, words] = byGitLab[cause.kind];
      const [what, next] = words(at, {});
      return { blame, what, next };
    }
    case 'unknown':
      return {
        blame: 'job',
        what:
          cause.lastLines === ''
            ? 'its log is empty'
            : `its log has no error that this tool knows; it ends with: ${cause.lastLines}`,
        next: 'Read the log.',
      };
    case 'unreadable':
      return {
        blame: undefined,
        what: `its log could not be read: ${cause.reason}`,
        next: 'Read the log on GitLab.',
      };
  }
}
