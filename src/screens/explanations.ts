import type { SettingKind } from '../plan/settings/setting.ts';

/** What `explain` says about a check or an error. */
export interface Explanation {
  title: string;
  /** What it means, and why it matters. */
  means: string;
  /** The steps to take by hand. */
  byHand: string[];
}

/** Every check, by the kind that its ID begins with. */
export const checkExplanations: Record<SettingKind, Explanation> = {
  identity: {
    title: "PyPI can recognise this project's jobs",
    means:
      "A job proves where it runs by an ID token. PyPI compares the token's claims with the registered publisher: namespace, project, pipeline file and environment. That only works for a GitLab whose issuer PyPI accepts, a pipeline file in the project itself that ends in .yml or .yaml, the default subject claim, and names that PyPI's form takes.",
    byHand: [
      "Settings > CI/CD > General pipelines: 'CI/CD configuration file' must name a .yml or .yaml file of this project.",
      "Settings > General > Visibility: turn on 'CI/CD' and 'Environments'.",
      'The subject claim can only be changed through the API: ci_id_token_sub_claim_components must begin with project_path.',
      'A self-managed GitLab needs PyPI staff to set it up for your organization; until then publish with an API token.',
    ],
  },
  environment: {
    title: 'Environments',
    means:
      'The environment is part of what PyPI checks, and it is where GitLab decides who may deploy. Releases and test uploads have one each, so that a test upload can never publish a release.',
    byHand: [
      'Operate > Environments > New environment: create "release" and "release-test".',
      "External URL: the package's page on PyPI, and on TestPyPI.",
      'The tier (production, testing) can only be set through the API, or by deployment_tier in the job.',
    ],
  },
  'self-approval': {
    title: 'Approving your own release',
    means:
      'If the person who starts a deployment may approve it too, one person can release alone in spite of the approval rule. This is a setting of the whole project.',
    byHand: [
      "Settings > CI/CD > Protected environments: set or clear 'Allow pipeline triggerer to approve deployment'.",
    ],
  },
  'protected-environment': {
    title: 'Who can release, who approves',
    means:
      'Only the listed people can start a job that deploys to the environment, and it waits for the required approvals. Needs Premium or Ultimate; GitLab for Open Source gives them for free. An approval guards deployment jobs only: a job with "action: access" in that environment needs none, so nobody below Maintainer should be able to deploy.',
    byHand: [
      "Settings > CI/CD > Protected environments > Protect an environment: choose 'release'.",
      "'Allowed to deploy': Maintainers. 'Approvers': Maintainers, one approval.",
      'At least two eligible people are needed: nobody can approve a release that they started, unless self-approval is on.',
    ],
  },
  'protected-tags': {
    title: 'Only Maintainers can create tags',
    means:
      'Each tag starts a release, and protected tags are the only ones whose jobs get protected variables. If a Developer can create a tag that matches no rule, or a looser one, a Developer can release.',
    byHand: [
      "Settings > Repository > Protected tags: add the tag '*', 'Allowed to create': Maintainers.",
      'Of several rules that match, the most permissive one wins: remove or tighten looser rules such as v*.',
    ],
  },
  'protected-branch': {
    title: 'The default branch is protected',
    means:
      'What is on the default branch is what gets tagged and released, and its pushes upload to TestPyPI. Only Maintainers should push to it, and nobody should force-push.',
    byHand: [
      "Settings > Repository > Protected branches: 'Allowed to push and merge': Maintainers; 'Allowed to force push': off.",
    ],
  },
  variable: {
    title: 'API token as a CI/CD variable',
    means:
      'On the route "token" the job uploads with a long-lived API token. The variable must be protected, masked and hidden, raw, and limited to the environment. Everybody who can push or merge to a protected branch can still reach it, which is why this route is the exception.',
    byHand: [
      'On PyPI: Account settings > API tokens; scope: the project (after the first upload).',
      "Settings > CI/CD > Variables > Add variable: visibility 'Masked and hidden', 'Protect variable' on, 'Expand variable reference' off, environment 'release'.",
    ],
  },
  'leftover-credentials': {
    title: 'No leftover tokens that would override the Trusted Publisher',
    means:
      'uv and twine prefer a password or API token that they find in a variable, and some variables redirect the upload to another server. Then the ID token is not used, or the upload goes elsewhere. Tokens that no job reads any more are a risk without a use.',
    byHand: [
      'Settings > CI/CD > Variables, in the project and in its groups: delete them.',
      'Revoke the token on the index that it belongs to.',
    ],
  },
  pyproject: {
    title: 'Unique version per build',
    means:
      'An index accepts each version once and refuses versions with a local part (+g1a2b3c). So each build needs a unique version: usually from git, by the plugin of your build backend, without the local part.',
    byHand: [
      'Configure the plugin (setuptools-scm, hatch-vcs, ...) in pyproject.toml, make the version dynamic, and turn the local part off.',
      'Change whatever reads, writes or bumps the written version; "npx gitlab-to-pypi --dry-run" lists it.',
    ],
  },
  pipeline: {
    title: 'Pipeline that builds and publishes',
    means:
      'One job builds, one checks what was built, and one per index uploads it, with an ID token and nothing else beside it: no inherited scripts, cache or services, only for protected refs of this project.',
    byHand: [
      '"npx gitlab-to-pypi --dry-run" shows the edit, or the jobs to paste where your file cannot be edited safely.',
      'Build > Pipeline editor > Validate: check the result.',
    ],
  },
  publisher: {
    title: 'Trusted Publisher on the index',
    means:
      'The index must know which project, pipeline file and environment to trust. PyPI has no API for this, so a person has to register it; a successful upload with only the ID token counts as proof. A pending publisher expires after 30 days without an upload, does not reserve the name, and an account can have three.',
    byHand: [
      "Package exists: its page on PyPI > Manage > Publishing, tab 'GitLab'. New package: Your account > Publishing.",
      'Namespace: the group path. Project name: the last part of the path. Top-level pipeline file path: .gitlab-ci.yml. Environment name: release (release-test on TestPyPI).',
      'Remove publishers without an environment: they would accept jobs outside of the protected one.',
    ],
  },
};

/** Errors that need more than their own sentence, by their codes. */
export const errorExplanations: Record<string, Explanation> = {
  'no-token': {
    title: 'No GitLab token',
    means:
      'Reading settings takes a token with the scope read_api, changing them one with api, both of a Maintainer.',
    byHand: [
      'Your avatar > Edit profile > Access tokens: create one with an expiry date of a few days.',
      'Set GITLAB_TOKEN, or sign in with "glab auth login"; in a terminal you can paste it when asked.',
    ],
  },
  'token-of-another-gitlab': {
    title: 'The token belongs to another GitLab',
    means:
      'A token from the environment is sent to one host only: --gitlab-url, else GITLAB_HOST, else CI_SERVER_URL, else gitlab.com. The git remote named another host, and a remote can be changed by anybody who writes to the repository configuration.',
    byHand: ['Set GITLAB_HOST to the GitLab that the token is for.'],
  },
  'role-too-low': {
    title: 'Maintainer required',
    means: 'GitLab lets only Maintainers read and change protection rules.',
    byHand: ['Ask a Maintainer or Owner to run it, or to raise your role under Manage > Members.'],
  },
  'route-unavailable': {
    title: 'Protected environments are not available',
    means: 'They need Premium or Ultimate.',
    byHand: [
      'Open-source projects can apply for GitLab for Open Source: https://about.gitlab.com/solutions/open-source/',
      'Until then use --route trusted: a Trusted Publisher without the approval step.',
    ],
  },
  'attest-impossible': {
    title: 'Releases cannot be signed here',
    means:
      'Attestations (PEP 740) tie a file to the project, pipeline file and commit that it was built from. Sigstore and PyPI only know the ID tokens of gitlab.com, and PyPI takes attestations from Trusted Publishers only: not from a self-managed GitLab, and not with an API token.',
    byHand: ['Leave out --attest, and remove "attest = true" from the table [tool.gitlab-to-pypi].'],
  },
  'sigstore-outage': {
    title: 'The job that signs fails',
    means:
      'With --attest a job of its own signs what was checked; it needs Sigstore, and nothing else. While Sigstore is down it fails, and nothing has been published yet: no version is used up, and no token for PyPI either. The tool that signs has a fixed version, and nothing that it depends on is newer than the date beside it (--exclude-newer): raise both together. The job holds no token that could publish.',
    byHand: [
      'Retry the job when https://status.sigstore.dev is green again; the release goes on from there.',
      'To release without attestations: run "npx gitlab-to-pypi --no-attest", commit, and tag again. PyPI then shows that this release has no provenance. "--attest" brings the job back.',
    ],
  },
  'dead-end': {
    title: 'Nobody could release',
    means:
      'With these rules no release could ever start or be approved, for example because the only Maintainer would have to approve their own release.',
    byHand: ['Name other approvers, require fewer approvals, or allow self-approval.'],
  },
  'several-jobs': {
    title: 'Several jobs could be meant',
    means: 'More than one job uploads to the same index, and exactly one can be the Trusted Publisher.',
    byHand: ['Name it with --release-job, --test-job or --build-job, or remove the jobs you no longer need.'],
  },
  'invalid-publisher': {
    title: 'The index has no publisher that matches the job',
    means:
      'The ID token is valid, but at least one of namespace, project, pipeline file and environment differs from what is registered, or nothing is registered on this index.',
    byHand: [
      'Compare the four values on the publisher page with the project, letter by letter; a moved project has a new namespace.',
      'Check the index: a publisher on PyPI is none on TestPyPI. A pending publisher may have expired.',
    ],
  },
};
