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
