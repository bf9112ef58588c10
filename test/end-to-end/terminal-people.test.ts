import { afterEach, describe, expect, it } from 'vitest';
import { type ProjectState, teamState } from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { placeOf, signedIn } from '../support/program.ts';
import { keys, type Session, startInTerminal } from '../support/terminal.ts';

let here: World;

afterEach(() => here.close());

async function start(project: Partial<ProjectState>, ...args: string[]): Promise<Session> {
  const state = teamState(project, scratchFiles());
  for (const { userId: id } of state.projects[0]?.members ?? []) {
    if (!state.users.some((user) => user.id === id))
      state.users.push({ id, username: `user${id}`, name: `User ${id}` });
  }
  here = await startWorld({ state });
  return startInTerminal(['setup', ...args, ...placeOf(here)], signedIn(here));
}

const alone = [{ userId: 1, access_level: 50 }];

describe('the wizard with 1,000 members', () => {
  it('finds the approver by part of the name', async () => {
    const members = Array.from({ length: 1000 }, (_, index) => ({
      userId: index + 1,
      access_level: index === 0 ? 50 : index < 20 ? 40 : 30,
    }));
    const session = await start({ members });
    await session.shows('How should releases be protected?');
    expect(session.screen()).toMatch(
      /1000 people could publish demo-pkg: @alice, @bob, @carol and 17\s+others\s+by\s+a\s+tag/,
    );
    session.press(keys.enter);
    await session.shows(/Who may release to PyPI\?[\s\S]*type to search/);
    session.press(keys.enter);
    await session.shows('Who must approve a release?');
    session.press('User 731');
    await session.shows(/@user731 \(User 731\)/);
    session.press('\t');
    await session.shows(/◼ @user731/);
    session.press(keys.enter);
    await session.shows('How many approvals');
    session.press(keys.enter);
    await session.shows(/Maintainers deploy, @user731 \(1\), Maintainers \(1\) approve/);
    session.press(keys.ctrlC);
    expect(await session.ended).toBe(130);
  });
});

describe('the wizard, if the answers would let nobody release', () => {
  async function reachDeadEnd(project: Partial<ProjectState>): Promise<Session> {
    const session = await start(project);
    for (const question of ['How should releases be protected?', 'Who may release']) {
      await session.shows(question);
      session.press(keys.enter);
    }
    await session.shows('Who must approve');
    session.press(' ');
    await session.shows(/◼ Maintainers/);
    session.press(keys.enter);
    await session.shows('How many approvals');
    session.press(keys.enter);
    await session.shows(/How do you want to fix it\?[\s\S]*With these rules nobody could release/);
    return session;
  }

  it('lets people approve their own releases, only on that answer', async () => {
    const session = await reachDeadEnd({ members: alone });
    session.press(keys.down + keys.down + keys.down);
    await session.shows(/● Let whoever starts a release approve it/);
    session.press(keys.enter);
    await session.shows('Make these 7 changes?');
    expect(session.screen()).toContain('+ let whoever starts a release approve it');
    expect(here.gitlab.writes()).toEqual([]);
    session.press(keys.ctrlC);
    expect(await session.ended).toBe(130);
  });

  it('asks for one approval fewer, which is none', async () => {
    const session = await reachDeadEnd({ members: alone });
    session.press(keys.down + keys.down);
    await session.shows(/● Ask for no approval/);
    session.press(keys.enter);
    await session.shows('Make these 6 changes?');
    expect(session.screen()).toMatch(/protect the environment release +Maintainers deploy, no approval\n/);
    session.press(keys.ctrlC);
    expect(await session.ended).toBe(130);
  });

  it('asks again who must approve', async () => {
    const session = await reachDeadEnd({ members: alone });
    session.press(keys.enter);
    await session.shows(/want to fix it\?[\s\S]*Name other approvers[\s\S]*◆ +Who must approve/);
    session.press(keys.ctrlC);
    expect(await session.ended).toBe(130);
  });
});

it('the wizard says who cannot release, and accepts it if others can', async () => {
  const session = await start({}, '--approver', '@bob');
  for (const question of ['How should releases be protected?', 'Who may release']) {
    await session.shows(question);
    session.press(keys.enter);
  }
  await session.shows("With these rules @bob could not release: nobody else can approve @bob's releases.");
  session.press(`${keys.down}${keys.down}${keys.down}${keys.down}`);
  await session.shows(/● Keep it this way/);
  session.press(keys.enter);
  await session.shows('Make these 6 changes?');
  session.press(keys.ctrlC);
  expect(await session.ended).toBe(130);
});
