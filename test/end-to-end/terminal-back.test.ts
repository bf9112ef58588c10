import { afterEach, describe, expect, it } from 'vitest';
import { teamState } from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { isAsked } from '../support/demo-questions.ts';
import { placeOf, signedIn } from '../support/program.ts';
import { keys, type Session, startInTerminal } from '../support/terminal.ts';

let here: World;

afterEach(() => here.close());

async function start(cols: number, env: Record<string, string> = {}, plan?: 'free'): Promise<Session> {
  here = await startWorld({ state: teamState(plan === undefined ? {} : { plan }, scratchFiles()) });
  return startInTerminal(['setup', ...placeOf(here)], { ...signedIn(here), ...env }, { cols, rows: 50 });
}

/** Answers a question that has come up since the last one. */
async function answer(session: Session, question: string, key: string): Promise<void> {
  await isAsked(session, question);
  session.press(key);
}

const forth = [
  'How should releases be protected?',
  'Who may release to PyPI?',
  'Who must approve a release?',
  'How many approvals does a release need?',
];

describe('a conversation', () => {
  it.each([40, 80, 120])('with %d columns goes forth, all the way back, and forth again', async (cols) => {
    const session = await start(cols);
    for (const question of forth) await answer(session, question, keys.enter);
    await answer(session, 'Make these 6 changes?', keys.escape);
    for (const question of [...forth].reverse().slice(0, -1)) await answer(session, question, keys.escape);
    await answer(session, 'How should releases be protected?', keys.escape);
    await session.shows(/This\s+is\s+the\s+first\s+question;\s+Ctrl-C\s+leaves\./);
    await answer(session, 'How should releases be protected?', keys.down + keys.enter);
    await isAsked(session, 'Make these 5 changes?');
    expect(session.screen()).toMatch(/Plan:\s+Trusted\s+Publisher,\s+no\s+approval\s+step/);
    expect(here.gitlab.writes()).toEqual([]);
    session.press(keys.ctrlC);
    expect(await session.ended).toBe(130);
    expect(session.screen()).toContain('Cancelled; nothing was changed.');
  });

  it('goes back from changing an answer to the plan', async () => {
    const session = await start(100);
    for (const question of forth) await answer(session, question, keys.enter);
    await answer(session, 'Make these 6 changes?', keys.down + keys.down + keys.enter);
    await answer(session, 'Which answer do you want to change?', keys.escape);
    await answer(session, 'Make these 6 changes?', keys.ctrlC);
    expect(await session.ended).toBe(130);
  });

  it('shows the diffs and then the plan again, without asking GitLab again', async () => {
    const session = await start(100);
    for (const question of forth) await answer(session, question, keys.enter);
    await isAsked(session, 'Make these 6 changes?');
    const requests = here.gitlab.log.length;
    session.press(keys.down + keys.enter);
    await session.shows(/\+ +id_tokens:[\s\S]*\nPlan: [\s\S]*◆ +Make these 6 changes\?/);
    expect(here.gitlab.log.length).toBe(requests);
    session.press(keys.enter);
    await session.shows('6/6 edit');
    session.press(keys.ctrlC);
    await session.ended;
  });

  it('in plain lines goes back by the word', async () => {
    const session = await start(100, { ACCESSIBLE: '1' });
    await session.shows(/How should releases be protected[\s\S]*\(or 'back'\):\s*$/);
    session.press('1\r');
    await session.shows(/Who may release to PyPI[\s\S]*\(or 'back'\):\s*$/);
    session.press('back\r');
    await session.shows(
      /Who may release to PyPI[\s\S]*How should releases be protected[\s\S]*\(or 'back'\):\s*$/,
    );
    session.press('2\r');
    await session.shows(/Make these 5 changes\?[\s\S]*\(or 'back'\):\s*$/);
    session.press(keys.ctrlC);
    expect(await session.ended).toBe(130);
  });

  it('names what was selected, and keeps a visible cursor without colours', async () => {
    const session = await start(100, { NO_COLOR: '1' });
    await answer(session, 'How should releases be protected?', keys.enter);
    await isAsked(session, 'Who may release to PyPI?');
    session.press(`${keys.down}${keys.down}`);
    await session.shows(/› ◻ @alice/);
    session.press(' ');
    await session.shows(/› ◼ @alice/);
    session.press(keys.enter);
    await session.shows(/◇ +Who may release to PyPI\?\n.*\n│ +Maintainers, @alice \(Alice Archer\)\n/);
    session.press(keys.ctrlC);
    expect(await session.ended).toBe(130);
  });
});

describe('an option that cannot be had', () => {
  it('is shown with the reason, and cannot be chosen', async () => {
    const session = await start(110, {}, 'free');
    await isAsked(session, 'How should releases be protected?');
    expect(session.screen()).toMatch(
      /○ Trusted Publisher \+ approvals {2}not available: needs GitLab Premium, Ultimate or Open Source/,
    );
    // Once around the list, and back to the row that it began with.
    for (const row of ['Show details', 'Trusted Publisher, no approval step', 'API token']) {
      session.press(keys.down);
      await session.shows(`● ${row}`);
      expect(session.screen()).not.toContain('● Trusted Publisher + approvals');
    }
    session.press(keys.ctrlC);
    expect(await session.ended).toBe(130);
  });

  it('in plain lines is refused with the reason, and asked again', async () => {
    const session = await start(110, { ACCESSIBLE: '1' }, 'free');
    await session.shows(/\(or 'back'\):\s*$/);
    session.press('1\r');
    await session.shows(/That is not available: needs GitLab Premium[\s\S]*\(or 'back'\):\s*$/);
    expect(session.screen()).not.toContain('Esc');
    session.press(keys.ctrlC);
    expect(await session.ended).toBe(130);
  });
});
