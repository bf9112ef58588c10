import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GitLabState, newId, teamState } from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { isAsked } from '../support/demo-questions.ts';
import { placeOf, runIn, signedIn } from '../support/program.ts';
import { keys, startInTerminal } from '../support/terminal.ts';

/** Clears the screen, sets the title, reverses the text that follows, imitates one of our own lines; and is long. */
const hostile = `x\u001B[2J\u001B]0;owned\u0007\u202Egnp.exe\u2066\r\n  ✔ All holds\u0085\u009B31m ${'long'.repeat(2500)}`;

/** Sequences that must never reach a terminal from outside; the program itself uses others. */
const harmful = [
  '\u001B[2J',
  '\u001B]0',
  '\u0007',
  '\u202E',
  '\u2066',
  '\u0085',
  '\u009B',
  '\n  ✔ All holds',
];
const harmIn = (shown: string) =>
  harmful.filter((text) => shown.includes(text)).map((text) => JSON.stringify(text));

const env = () => signedIn(here);
let here: World;

beforeEach(async () => {
  const name = JSON.stringify(hostile.slice(0, 300));
  const pipeline = `${name}:\n  script: [echo]\n  environment: { name: release }\n`;
  const files = {
    ...scratchFiles(),
    '.gitlab-ci.yml': `${scratchFiles()['.gitlab-ci.yml']}\n${pipeline}`,
  };
  here = await startWorld({ files, state: hostileState(files) });
});

afterEach(() => here.close());

function hostileState(files: Record<string, string>): GitLabState {
  const state = teamState({}, files);
  for (const user of state.users) user.name = hostile;
  const [project] = state.projects;
  project?.environments.push({
    id: newId(),
    name: 'release',
    tier: 'other',
    external_url: `https://example.org/${encodeURIComponent(hostile.slice(0, 200))}`,
    description: hostile,
  } as never);
  project?.protected_tags.push({ ...rule(), name: `v*${hostile.slice(0, 200)}` } as never);
  project?.protected_branches.push({ ...rule(), name: `b/${hostile}`, push_access_levels: [] } as never);
  return state;
}

const rule = () => ({
  id: newId(),
  create_access_levels: [{ id: newId(), access_level: 30, access_level_description: hostile }],
});

describe('names and texts that try to take over the terminal', () => {
  it.each([['check'], ['setup', '--dry-run'], ['setup', '--yes'], ['check', '--verbose']])(
    'are shown as text by %s %s',
    async (...args) => {
      const { stdout, stderr, exitCode } = await runIn(
        here,
        args.filter((it) => it !== undefined),
      );
      expect(exitCode, stderr).toBeLessThan(2);
      expect(stdout).toContain('\\u{1B}');
      expect(harmIn(stdout + stderr)).toEqual([]);
    },
  );

  it.each([40, 80])('are shown as text on every screen of a terminal with %d columns', async (cols) => {
    const session = startInTerminal(['setup', ...placeOf(here)], env(), { cols, rows: 40 });
    for (const question of [
      'How should releases be protected?',
      'Who may release',
      'Who must approve',
      'How many approvals',
    ]) {
      await isAsked(session, question);
      session.press(keys.enter);
    }
    await session.shows(/Make\s+these\s+\d\s+changes\?/);
    session.press(keys.ctrlC);
    expect(await session.ended).toBe(130);
    expect(harmIn(session.raw())).toEqual([]);
    expect(session.raw().length).toBeLessThan(200_000);
  });

  it('are in the JSON report as data', async () => {
    const { stdout } = await runIn(here, ['check', '--json']);
    expect(JSON.stringify(JSON.parse(stdout))).toContain('\u202E');
    expect(harmIn(stdout)).toEqual([]);
  });
});

describe('a GitLab token', () => {
  it.each(['glpat-\u001B[31m', 'glpat-é', 'glpat a', 'glpat\na'])(
    '%j is refused before it is sent',
    async (token) => {
      const { exitCode, stderr } = await runIn(here, ['check'], token);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(
        /^error: The GitLab token from GITLAB_TOKEN contains a character that no token has/m,
      );
      expect(stderr).not.toContain(token);
    },
  );
});
