import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { madeUpToken } from '../../src/rehearsal/package-index/made-up-token.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { placeOf, runProgram, signedIn } from '../support/program.ts';
import { keys, type Session, startInTerminal } from '../support/terminal.ts';

const pypi = madeUpToken('127.0.0.1', 'canary of the releases');
const testpypi = madeUpToken('127.0.0.1', 'canary of the test uploads');
let here: World;

beforeEach(async () => {
  here = await startWorld();
});

afterEach(() => here.close());

const start = (args: string[], env: Record<string, string> = {}): Session =>
  startInTerminal([...args, ...placeOf(here)], { ...signedIn(here), ...env });

const setUp = (env: Record<string, string>) =>
  runProgram(['setup', '--yes', '--route', 'token', ...placeOf(here)], {
    env: { ...signedIn(here), ...env },
  });

const values = () =>
  here.gitlab.state.projects[0]?.variables.map(({ environment_scope: scope, value }) => [scope, value]);

/** Answers the question for an index's token. */
async function give(session: Session, index: string, answer: string): Promise<void> {
  await session.shows(new RegExp(`◆ +API token of ${index} \\(127`));
  session.press(`${answer}${keys.enter}`);
}

describe('the API token route in a terminal', () => {
  it('asks for each token without showing it, again if it is not one, and links to the page', async () => {
    const session = start(['setup', '--route', 'token', '--no-open']);
    await give(session, 'PyPI', 'glpat-wrong');
    await session.shows('is not a PyPI (127.0.0.1');
    expect(session.screen()).toContain("it does not begin with 'pypi-'");
    expect(session.screen()).toContain(`${here.pypi.url}/manage/account/token/`);
    expect(session.screen().replace(/\s+/g, ' ')).toContain('limit its scope to the project demo-pkg');
    await give(session, 'PyPI', pypi);
    await give(session, 'TestPyPI', testpypi);
    await session.shows('Make these 7 changes?');
    expect(here.gitlab.writes()).toEqual([]);
    session.press(keys.enter);
    expect(await session.ended).toBe(0);
    expect(values()).toEqual([
      ['release', pypi],
      ['release-test', testpypi],
    ]);
    expect(session.screen()).not.toMatch(/pypi-A|glpat-wrong/);
  });

  it('leaves it to the user if no token is given', async () => {
    const session = start(['setup', '--route', 'token', '--no-testpypi']);
    await give(session, 'PyPI', '');
    await session.shows('Make these');
    session.press(keys.enter);
    expect(await session.ended).toBe(0);
    expect(values()).toEqual([]);
    expect(session.screen().replace(/\s+/g, ' ')).toMatch(
      /There is no API token of PyPI.*Make a token at http/,
    );
  });

  it('replaces a token only after confirmation', async () => {
    const first = { PYPI_TOKEN: pypi, TESTPYPI_TOKEN: testpypi };
    await setUp(first);
    const next = { PYPI_TOKEN: madeUpToken('127.0.0.1', 'the next one') };
    const again = await setUp(next);
    expect(again.stdout).toContain('Nothing to change');
    const before = here.gitlab.writes().length;

    const kept = start(['setup'], next);
    await kept.shows('Replace its token with that from PYPI_TOKEN?');
    kept.press(keys.enter);
    expect(await kept.ended).toBe(0);
    expect(here.gitlab.writes()).toHaveLength(before);

    const session = start(['setup'], next);
    await session.shows('Replace its token with that from PYPI_TOKEN?');
    session.press('y');
    await session.shows('Make this change?');
    session.press(keys.enter);
    expect(await session.ended).toBe(0);
    expect(session.screen().replace(/\s+/g, ' ')).toContain('Revoke the old token at');
    expect(here.gitlab.writes().slice(before)).toMatchObject([
      { method: 'PUT', path: '/api/v4/projects/42/variables/UV_PUBLISH_TOKEN' },
    ]);
    expect(values()).toEqual([
      ['release', next.PYPI_TOKEN],
      ['release-test', testpypi],
    ]);
    expect(session.screen()).not.toMatch(/pypi-A/);
  });

  it('hides a visible variable along with its next token', async () => {
    await setUp({ PYPI_TOKEN: pypi, TESTPYPI_TOKEN: testpypi });
    const [release] = here.gitlab.state.projects[0]?.variables ?? [];
    if (release) release.hidden = false;
    const before = here.gitlab.writes().length;
    const session = start(['setup'], { PYPI_TOKEN: pypi });
    await session.shows('Replace its token');
    session.press('y');
    await session.shows('Make this change?');
    session.press(keys.enter);
    expect(await session.ended).toBe(0);
    expect(
      here.gitlab
        .writes()
        .slice(before)
        .map(({ method }) => method),
    ).toEqual(['DELETE', 'POST']);
    expect(here.gitlab.state.projects[0]?.variables.map(({ hidden }) => hidden)).toEqual([true, true]);
  });
});
