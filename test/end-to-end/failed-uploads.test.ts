import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { commitAll } from '../support/builds.ts';
import { forget, type Index, recorded, runnerLog, type Seeded, seed } from '../support/failed-uploads.ts';
import { type ReportLike, reportOf, runIn } from '../support/program.ts';
import { run } from '../support/tools.ts';

/** A mistake: what is seeded, and what the user has to be told. */
type Row = [mistake: string, seeded: Seeded, told: RegExp, next: RegExp];

const script = (name: string): Seeded => ({ log: runnerLog(recorded(name)) });
const printed = (text: string): Seeded => ({ log: runnerLog(text) });
const reason = (reason: string): Seeded => ({ reason });

/** The logs are for PyPI, whatever index they are seeded at; names in them are those of the demo. */
const rows: Row[] = [
  // The publisher: which field of its form.
  [
    'a publisher for another namespace, nothing known of it (uv)',
    script('other-namespace.uv'),
    /no Trusted Publisher with the values.*Namespace 'demo-group', Project name 'demo-pkg', Top-level pipeline file path '\.gitlab-ci\.yml', Environment name 'release/,
    /Compare them.*\/manage\//,
  ],
  [
    'a publisher for another namespace (twine)',
    script('other-namespace.twine'),
    /no Trusted Publisher with the values.*Namespace 'demo-group'/,
    /Compare them.*\/manage\//,
  ],
  [
    'an environment in another case (uv)',
    { ...script('other-environment.uv'), environment: 'release' },
    /Environment name: the token has 'Release', the publisher 'release.*letter case/,
    /\/manage\//,
  ],
  [
    'a job without an environment (uv)',
    { ...script('no-environment.uv'), environment: null },
    /Environment name: the token has none.*The job has no environment: add it/,
    /\/manage\//,
  ],
  [
    'a job without an environment (twine)',
    { ...script('no-environment.twine'), environment: null },
    /Environment name: the token has none.*The job has no environment: add it/,
    /\/manage\//,
  ],
  [
    'a namespace in another case (uv)',
    script('other-spelling.uv'),
    /spelt differently.*Namespace: the token has 'demo-group', the publisher 'Demo-Group'.*letter case/,
    /remove the other/,
  ],
  [
    'a namespace in another case (twine)',
    script('other-spelling.twine'),
    /spelt differently.*Namespace: the token has 'demo-group', the publisher 'Demo-Group'/,
    /remove the other/,
  ],
  [
    'a project that has moved since',
    printed(recorded('other-namespace.uv').replaceAll('demo-group/demo-pkg', 'old-group/demo-pkg')),
    /Namespace: the token has 'old-group', the publisher 'demo-group'.*has moved to demo-group\/demo-pkg since/,
    /\/manage\//,
  ],
  [
    'a project that was renamed since',
    printed(recorded('other-namespace.uv').replaceAll('demo-group/demo-pkg', 'demo-group/demo-old')),
    /Project name: the token has 'demo-old', the publisher 'demo-pkg'/,
    /\/manage\//,
  ],
  [
    'another pipeline file than the form has',
    printed(recorded('other-namespace.uv').replaceAll('.gitlab-ci.yml', 'ci/main.yml')),
    /Top-level pipeline file path: the token has 'ci\/main\.yml', the publisher '\.gitlab-ci\.yml'/,
    /\/manage\//,
  ],
  [
    'a pending publisher that was used for a taken name',
    script('pending-name-taken.uv'),
    /demo-pkg exists on .*by now, so the pending publisher/,
    /page of the project/,
  ],
  [
    'a pending publisher with a name too similar to another',
    script('pending-name-similar.twine'),
    /called dem0-pkg: the name is not allowed, or too similar/,
    /another name/,
  ],
  [
    'a pending publisher for another project name',
    script('pending-other-name.uv'),
    /registered for a project name other than demo-pkg/,
    /PyPI project name demo-pkg/,
  ],
  [
    'a publisher of another project',
    script('other-project.twine'),
    /belongs to another project than demo-pkg/,
    /Register it for demo-pkg/,
  ],
  [
    'a GitLab that the index does not know',
    script('self-managed-issuer.uv'),
    /does not accept ID tokens of this GitLab/,
    /--route token/,
  ],
  [
    'a path that another project had before',
    reason('id_token_burned_project_path'),
    /another project had its path before/,
    /Move the project/,
  ],
  // The ID token.
  [
    'no id_tokens in the job (uv)',
    script('no-id-token.uv'),
    /the variable PYPI_ID_TOKEN is not there/,
    /id_tokens: \{PYPI_ID_TOKEN/,
  ],
  [
    'no id_tokens in the job (twine)',
    script('no-id-token.twine'),
    /the variable PYPI_ID_TOKEN is not there/,
    /id_tokens: \{PYPI_ID_TOKEN/,
  ],
  [
    'the audience of the other index (uv)',
    script('wrong-audience.uv'),
    /most often its audience is not (?:test)?pypi/,
    /aud: (?:test)?pypi/,
  ],
  [
    'the audience of the other index (twine)',
    script('wrong-audience.twine'),
    /its ID token has the audience testpypi/,
    /aud: (?:test)?pypi/,
  ],
  [
    'a variable that was not expanded',
    script('token-not-expanded.uv'),
    /does not contain an ID token/,
    /id_tokens/,
  ],
  [
    'two uploads with one ID token',
    script('token-used-before.uv'),
    /had already been used/,
    /one job per index/,
  ],
  [
    'a pipeline of another project',
    script('remote-pipeline.twine'),
    /does not name a pipeline file of this project/,
    /in a file of this project/,
  ],
  [
    'a pipeline file that is not called .yml',
    script('pipeline-file-not-yaml.uv'),
    /must end in \.yml or \.yaml/,
    /CI\/CD configuration file/,
  ],
  [
    'a subject that begins with the project id',
    script('other-subject.uv'),
    /refuses the claim sub/,
    /ci_id_token_sub_claim_components/,
  ],
  ['a token without refs', script('empty-refs.twine'), /neither which ref nor which commit/, /new pipeline/],
  [
    'a client outside of the job',
    script('not-gitlab-ci.uv'),
    /did not see that it runs in a GitLab job/,
    /in the job itself/,
  ],
  // Credentials.
  [
    'a token left in the variables (uv)',
    script('leftover-token.uv'),
    /in addition to the ID token/,
    /UV_PUBLISH_TOKEN/,
  ],
  [
    'a token left in the variables (twine)',
    script('leftover-token.twine'),
    /does not accept the credential/,
    /TWINE_PASSWORD/,
  ],
  [
    'a user name left in the variables',
    script('leftover-user.twine'),
    /a user name and a password are set/,
    /TWINE_USERNAME/,
  ],
  [
    'an address that switches Trusted Publishing off',
    script('redirected.twine'),
    /did not try Trusted Publishing/,
    /TWINE_REPOSITORY_URL/,
  ],
  // The files.
  [
    'a version that exists already',
    script('file-exists.twine'),
    /has demo_pkg-1\.2\.3-py3-none-any\.whl already/,
    /a new version/,
  ],
  ['a version that was deleted', script('file-deleted.uv'), /which was deleted/, /a new version/],
  [
    'a local version',
    script('local-version.uv'),
    /version 1\.2\.3\+g1234567 has a local part/,
    /no-local-version/,
  ],
  ['a release older than 14 days', script('old-release.twine'), /older than 14 days/, /new version/],
  ['a wheel for an unknown Linux', script('wheel-platform.uv'), /its platform linux_x86_64/, /cibuildwheel/],
  [
    'a wheel named for another version',
    script('wheel-version.twine'),
    /name says version 1\.2\.3, and its metadata 1\.2\.4/,
    /one clean job/,
  ],
  [
    'an archive that no index takes',
    script('file-extension.uv'),
    /not demo_pkg-1\.2\.3\.tar\.bz2/,
    /dist\/\*\.whl/,
  ],
  [
    'a classifier that does not exist',
    script('classifier.twine'),
    /'Nonsense :: Made Up' is not a classifier/,
    /classifiers/,
  ],
  [
    'a dependency by address',
    script('direct-dependency.uv'),
    /dependency given by URL \(other @ https:\/\/example\.com\/other\.whl\)/,
    /released version/,
  ],
  [
    'a readme that does not render',
    script('description.uv'),
    /cannot render the readme as text\/x-rst/,
    /twine check/,
  ],
  [
    'a broken requires-python',
    script('requires-python.twine'),
    /'three' is not valid for requires-python/,
    /Correct requires-python/,
  ],
  [
    'attestations that nobody signed',
    script('attestation-missing.twine'),
    /has none next to it/,
    /publish\.attestation/,
  ],
  ['nothing in dist/', script('nothing-to-publish.uv'), /there was nothing in dist\//, /artifacts/],
  [
    'a tag that is not the version',
    printed('Built 1.2.4.dev0, but the tag is 1.2.3: nothing is published.'),
    /has version 1\.2\.4\.dev0, but the tag is 1\.2\.3/,
    /GIT_DEPTH/,
  ],
  // The index.
  ['an archived project', script('project-archived.uv'), /accepts no uploads/, /unarchive/],
  ['Trusted Publishing switched off', script('not-enabled.uv'), /switched off/, /Nothing is wrong here/],
  ['uploads switched off', script('uploads-off.twine'), /uploads were switched off/, /Nothing is wrong here/],
  // The runner and GitLab.
  [
    'an image that does not exist',
    {
      reason: 'runner_system_failure',
      log: runnerLog(
        '\x1b[0;33mWARNING: Failed to pull image with policy "always": manifest unknown (manager.go:250:0s)\x1b[0;m\n\x1b[31;1mERROR: Job failed: failed to pull image "ghcr.io/astral-sh/uv:9.9" with specified policies [always]: manifest unknown (manager.go:250:0s)\x1b[0;m',
      ),
    },
    /could not pull the image ghcr\.io\/astral-sh\/uv:9\.9/,
    /this tag exists/,
  ],
  [
    'an image without the client',
    printed('/usr/bin/bash: line 152: uv: command not found'),
    /the image has no uv/,
    /contains it/,
  ],
  [
    'artifacts that have expired',
    reason('missing_dependency_failure'),
    /artifacts of an earlier job are gone/,
    /expire_in/,
  ],
  ['no runner', reason('stuck_pending_no_matching_runners'), /no runner picks up the job/, /tags/],
  [
    'somebody who may not deploy',
    reason('protected_environment_failure'),
    /may not deploy to the protected environment release/,
    /someone who may deploy start it/,
  ],
  [
    'a rejected approval',
    reason('deployment_rejected'),
    /an approver rejected the deployment/,
    /asks for approval again/,
  ],
  ['an approval that nobody has given yet', { status: 'blocked' }, /awaits an approval/, /Approve it/],
  [
    'an outdated pipeline',
    reason('failed_outdated_deployment_job'),
    /a newer pipeline had already deployed/,
    /Publish the newest/,
  ],
  [
    'a build without git',
    {
      before: runnerLog(
        'LookupError: Error getting the version from source `vcs`: setuptools-scm was unable to detect version for /builds/demo.',
      ),
    },
    /the job 'build' before it failed: the version could not be taken from git/,
    /GIT_DEPTH/,
  ],
  [
    'something nobody has seen before',
    printed('Segmentation fault (core dumped)'),
    /no error that this tool knows; it ends with: .*Segmentation fault/,
    /Read the log/,
  ],
];

let here: World;
let sha: string;

beforeAll(async () => {
  here = await startWorld();
  await runIn(here, ['setup', '--yes', '--route', 'trusted']);
  await commitAll(here.directory);
  sha = (await run('git', ['rev-parse', 'HEAD'], { cwd: here.directory })).stdout.trim();
});

afterAll(() => here.close());

const indexes: Index[] = ['pypi', 'testpypi'];
const reports = new Map<number, Promise<ReportLike>>();

/** One run sees two mistakes, one at each index. */
function reportFor(at: number): Promise<ReportLike> {
  const pair = at - (at % 2);
  const before = reports.get(pair - 2) ?? Promise.resolve();
  const known =
    reports.get(pair) ??
    before.then(async () => {
      forget(here);
      for (const [offset, index] of indexes.entries()) {
        const seeded = rows[pair + offset]?.[1];
        if (seeded !== undefined) seed(here, index, sha, seeded);
      }
      return (await reportOf(here, ['check'])).report;
    });
  reports.set(pair, known);
  return known;
}

/** A row for a table of what is told, where one is wanted. */
function note(mistake: string, message: string, manual: string): void {
  const { FAILURES } = process.env;
  if (FAILURES)
    appendFileSync(
      FAILURES,
      `| ${[mistake, message, manual].map((it) => it.replaceAll('|', '\\|')).join(' | ')} |\n`,
    );
}

describe('a failed upload is explained:', () => {
  it.each(rows.map((row, at) => [row[0], at] as const))('%s', async (mistake, at) => {
    const [, , told, next] = rows[at]!;
    const { settings } = await reportFor(at);
    const setting = settings.find(({ id }) => id === `publisher:${indexes[at % 2]}`)!;
    note(mistake, setting.message, setting.manual);
    expect(setting.state).not.toBe('ok');
    expect(setting.message).toMatch(told);
    // Where nothing is wrong with the project, it is told besides what else is to do.
    expect(setting.state === 'manual' ? setting.message : setting.manual).toMatch(next);
    expect(`${setting.message}${setting.manual}`).not.toMatch(/undefined|\[object/);
  });
});
