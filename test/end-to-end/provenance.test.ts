import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PublisherState } from '../../src/rehearsal/package-index/state.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { recorded, runnerLog, seed } from '../support/failed-uploads.ts';
import { reportOf, runIn } from '../support/program.ts';

let here: World;

beforeEach(async () => {
  here = await startWorld();
  await runIn(here, ['setup', '--yes', '--route', 'trusted']);
});

afterEach(() => here.close());

/** A file that PyPI shows the publisher of. */
function publish(change: Partial<PublisherState> = {}): void {
  here.pypi.state.files.push({
    filename: 'demo_pkg-0.1.0-py3-none-any.whl',
    project: 'demo-pkg',
    version: '0.1.0',
    sha256: 'x',
    uploadedAt: '2026-02-03T04:05:06.000000Z',
    publisher: {
      namespace: 'demo-group',
      project: 'demo-pkg',
      workflowFilepath: '.gitlab-ci.yml',
      environment: 'release',
      ...change,
    },
    attestations: [{}],
  });
}

const publisher = async () =>
  (await reportOf(here, ['check'])).report.settings.find(({ id }) => id === 'publisher:pypi')!;

it('is proved by the attestations of a file, without any right on GitLab', async () => {
  publish();
  here.gitlab.intercept = ({ path }) =>
    /\/(?:environments|deployments|jobs)\b/.test(path)
      ? { status: 403, body: { message: '403 Forbidden' } }
      : undefined;
  const { state, message } = await publisher();
  expect([state, message]).toEqual([
    'ok',
    expect.stringMatching(
      /published demo_pkg-0\.1\.0-py3-none-any\.whl on 2026-02-03, as the file's attestations show \(demo-group\/demo-pkg, \.gitlab-ci\.yml, environment release\)/,
    ),
  ]);
});

it.each([
  [
    'a publisher without an environment',
    { environment: '' },
    /has no environment, so every job of the pipeline may publish/,
  ],
  [
    'a publisher of another project',
    { namespace: 'old-group' },
    /came from the publisher old-group\/demo-pkg on GitLab/,
  ],
])('is not proved by the attestations of %s, which is told', async (_, change, told) => {
  publish(change);
  const { state, message } = await publisher();
  expect([state, message]).toEqual(['manual', expect.stringMatching(told)]);
});

/** What check says of the pipeline that publishes, besides its state. */
const pipelineNotes = async () =>
  (await reportOf(here, ['check'])).report.settings.find(({ id }) => id === 'pipeline')!.message;

it('is told to be lost where the newest release has no attestations and an earlier one has', async () => {
  publish();
  expect(await pipelineNotes()).not.toContain('provenance');
  const [signed] = here.pypi.state.files;
  const { attestations: _, ...unsigned } = signed!;
  here.pypi.state.files.push({
    ...unsigned,
    filename: 'demo_pkg-0.2.0.tar.gz',
    version: '0.2.0',
    uploadedAt: '2026-03-03T04:05:06.000000Z',
  });
  expect(await pipelineNotes()).toMatch(
    /newest release on PyPI.*, 0\.2\.0, has lost its provenance: .* while demo_pkg-0\.1\.0-py3-none-any\.whl of 2026-02-03 has/,
  );
});

it('is not to be had on a self-managed GitLab, which is said before anything changes', async () => {
  const { exitCode, stderr } = await runIn(here, ['setup', '--yes', '--attest']);
  expect([exitCode, stderr]).toEqual([
    2,
    expect.stringMatching(
      /cannot have attestations: Sigstore and PyPI know the jobs of https:\/\/gitlab\.com only/,
    ),
  ]);
});

it('shows in which field the registered publisher differs from a refused token', async () => {
  publish({ namespace: 'old-group' });
  seed(here, 'pypi', 'a'.repeat(40), { log: runnerLog(recorded('other-namespace.twine')) });
  const { state, message } = await publisher();
  expect([state, message]).toEqual([
    'different',
    expect.stringMatching(
      /Namespace: the token has 'demo-group', the publisher 'old-group'.*Register a publisher for demo-group\/demo-pkg, as the project has moved/,
    ),
  ]);
});

it('does not hold up a check when the index fails to tell', async () => {
  publish();
  here.pypi.intercept = ({ path }) => (path.includes('/integrity/') ? { status: 500, body: 'x' } : undefined);
  const { state, message } = await publisher();
  expect([state, message]).toEqual(['manual', expect.stringMatching(/could not be read: .*status 500/)]);
});
