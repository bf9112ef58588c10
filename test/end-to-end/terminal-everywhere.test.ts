import { describe, expect, it } from 'vitest';
import { teamState } from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld } from '../../src/rehearsal/world.ts';
import { answerAll, demoQuestions, isAsked } from '../support/demo-questions.ts';
import { placeOf, runIn, runProgram, signedIn } from '../support/program.ts';
import { keys, type Session, startInTerminal } from '../support/terminal.ts';

const { before, after } = demoQuestions['team-premium'];

/** Goes through the demo with the preselected answers, up to its menu, and quits there. */
async function throughDemo(session: Session): Promise<string> {
  await answerAll(session, [...before, ...after]);
  await isAsked(session, 'What now?');
  const screen = session.screen();
  session.press(keys.ctrlC);
  await session.ended;
  return screen;
}

/** The text of a screen without the frame at its side. */
const words = (screen: string) => screen.replace(/[│|┃]/g, ' ').replace(/\s+/g, ' ');

/** Commands, URLs and diff lines are for copying and must not be wrapped. */
const isProse = (line: string) => !/https?:\/\/|git |setup --|check -C|^ {2}[ +-]/.test(line);

describe('a terminal', () => {
  it.concurrent.each([40, 80, 120])(
    'with %d columns shows everything, and never has to wrap a line itself',
    async (cols) => {
      const session = startInTerminal(['demo'], {}, { cols, rows: 30 });
      const screen = words(await throughDemo(session));
      for (const text of [
        '3 people could publish demo-pkg',
        'demo-pkg',
        '3 of 11 pass',
        'Environment release for PyPI',
        'a second person approves each release',
        'What happens when',
        'Done: 6 changes made',
        'Still to do',
        'Release v0.1.1',
        'git push origin',
      ])
        expect(screen).toContain(text);
      expect(session.brokenLines().filter(isProse).join()).toBe('');
    },
  );
});

/** The rows above a text, as they stand on the screen. */
const rowsAbove = (screen: string, text: string) =>
  screen.slice(0, screen.indexOf(text)).split('\n').length - 1;

describe('the first screen', () => {
  it.concurrent.each(Object.keys(demoQuestions))(
    'of the demo as %s stands in at most 20 rows of 80 columns, with the first question below',
    async (world) => {
      const session = startInTerminal(['demo', '--as', world], {}, { cols: 80, rows: 50 });
      await isAsked(session, 'How should releases be protected?');
      const screen = session.screen();
      session.press(keys.ctrlC);
      await session.ended;
      expect(rowsAbove(screen, '│\n◆')).toBeLessThanOrEqual(20);
      expect(words(screen)).toMatch(/\d+ (?:person|people) could publish demo-pkg: @alice/);
      const [, answers = ''] = /Ctrl-C leaves\.\n([\s\S]*)\n└/.exec(screen) ?? [];
      expect(answers.split('\n').filter((row) => !/^│ {2}(?:[●○] | {2})\S/.test(row))).toEqual([]);
    },
  );

  it.concurrent('stays in 20 rows with many people, many jobs that publish and long names', async () => {
    const long = 'very-long-name-of-somebody-or-something-'.repeat(6);
    const jobs = Array.from({ length: 40 }, (_, at) => {
      const name = `upload-${at}-${long.slice(0, 150)}`;
      return `${name}:\n  script: [twine upload dist/*]\n  variables: { TWINE_PASSWORD: $TOKEN_${at}_${'X'.repeat(90)} }\n`;
    });
    const files = { ...scratchFiles(), '.gitlab-ci.yml': jobs.join('') };
    const state = teamState({}, files);
    const [project] = state.projects;
    for (let id = 100; id < 300; id += 1) {
      const username = `${long.slice(0, 200)}${id}`;
      state.users.push({ ...state.users[0]!, id, username, name: long });
      project!.members.push({ ...project!.members[0]!, userId: id, access_level: id % 2 ? 30 : 40 });
    }
    const here = await startWorld({ files, state });
    const release = jobs[0]!.slice(0, jobs[0]!.indexOf(':'));
    const args = ['setup', '--release-job', release, ...placeOf(here)];
    const session = startInTerminal(args, signedIn(here), { cols: 80, rows: 50 });
    await isAsked(session, 'How should releases be protected?');
    const screen = session.screen();
    session.press(keys.ctrlC);
    await session.ended;
    await here.close();
    expect(rowsAbove(screen, '│\n◆')).toBeLessThanOrEqual(20);
    expect(words(screen)).toMatch(/and \d+ others? [\s\S]*Job 'upload-0-/);
  });

  it.concurrent('shows every fact on request, and asks again', async () => {
    const session = startInTerminal(['demo'], {}, { cols: 80, rows: 50 });
    await isAsked(session, 'How should releases be protected?');
    session.press(keys.down + keys.down + keys.down + keys.enter);
    await session.shows(
      /What was found[\s\S]*GitLab version[\s\S]*a Developer with a branch[\s\S]*◆ +How should/,
    );
    session.press(keys.ctrlC);
    expect(await session.ended).toBe(130);
  });
});

describe('the plan', () => {
  it.concurrent('stands with its question on 24 rows of 80 columns', async () => {
    const session = startInTerminal(['demo'], {}, { cols: 80, rows: 24 });
    await answerAll(session, before.slice(0, -1));
    await isAsked(session, 'Make these 6 changes?');
    const rows = session.screen().trimEnd().split('\n').slice(-23).join('\n');
    session.press(keys.ctrlC);
    await session.ended;
    for (const text of ['Plan: ', 'On GitLab', 'Files', 'What happens when', 'Your turn', '○ Stop'])
      expect(rows).toContain(text);
  });
});

/** What follows each escape character. */
const sequences = (session: Session) => session.raw().split('\u001B[').slice(1);

describe('without colours', () => {
  it.concurrent.each([[{ NO_COLOR: '1' }], [{ TERM: 'dumb' }]])('(%j) nothing is coloured', async (env) => {
    const session = startInTerminal(['demo', '--as', 'solo'], env);
    await session.shows('How should releases be protected?');
    session.press(keys.ctrlC);
    await session.ended;
    // Bold and dim are not colours.
    expect(sequences(session)).not.toContainEqual(expect.stringMatching(/^(?:\d+;)*(?:3|9|4)[0-7][;m]/));
  });
});

describe('without Unicode', () => {
  it.concurrent('every byte of the whole demo is ASCII', async () => {
    const session = startInTerminal(['demo'], { LANG: 'C', LC_ALL: 'C' });
    await throughDemo(session);
    expect([...session.raw()].filter((character) => character > '\u007E')).toEqual([]);
  });
});

describe('for a screen reader', () => {
  it.concurrent.each([[{ ACCESSIBLE: '1' }], [{ TERM: 'dumb' }]])(
    '(%j) there are only lines, and no redrawing',
    async (env) => {
      const session = startInTerminal(['demo', '--as', 'solo'], env);
      await session.shows(/How should releases be protected/);
      session.press('\r');
      await session.shows(/Make these 5 changes/);
      session.press(keys.ctrlC);
      await session.ended;
      expect(session.raw()).toMatch(/1[.)] /);
      expect(sequences(session)).not.toContainEqual(expect.stringMatching(/^[\d;?]*[A-LSThlsu]/));
    },
  );
});

describe('a second run', () => {
  it.concurrent('with nothing to change only asks whether the publishers are registered, and fits on one screen', async () => {
    const session = startInTerminal(['demo'], {}, { cols: 80, rows: 30 });
    await answerAll(session, [...before, ...after]);
    await isAsked(session, 'What now?');
    session.press(keys.down.repeat(4) + keys.enter);
    await isAsked(session, 'Is the Trusted Publisher registered on PyPI and TestPyPI?');
    session.press(keys.enter);
    await session.shows(/9 of 11 pass[\s\S]*Release v[\s\S]*What now\?/);
    const [, again = ''] =
      /Sets up[\s\S]*?Run the wizard again([\s\S]*?)│\s*◆ {2}What now/.exec(session.screen()) ?? [];
    session.press(keys.ctrlC);
    await session.ended;
    expect(again).toContain('Nothing to change');
    expect(again.match(/◇/g)).toHaveLength(1);
    expect(again).not.toContain('Register the');
    // In a real project nothing waits for a commit, and URLs are shorter: that saves two lines.
    expect(again.trim().split('\n').length).toBeLessThanOrEqual(25);
  });

  it.concurrent('has at most seven questions the first time', () => {
    for (const { before, after } of Object.values(demoQuestions))
      expect(before.length + after.length).toBeLessThanOrEqual(7);
  });
});

describe('check', () => {
  it.concurrent('says each thing once', async () => {
    const here = await startWorld();
    const { stdout } = await runIn(here, ['check']);
    await here.close();
    expect(stdout.match(/Register the Trusted Publisher on/g)).toHaveLength(2);
    expect(stdout).not.toMatch(/Open http\S*\/manage\//);
    expect(stdout.match(/Run .*gitlab-to-pypi/g)).toHaveLength(1);
    const lines = stdout.split('\n').filter((line) => line.trim() !== '');
    expect(lines.filter((line, at) => lines.indexOf(line) !== at && line.length > 60)).toEqual([]);
  });
});

describe('a pipe', () => {
  it.concurrent('gets the plan without an escape sequence, and --json nothing else on stdout', async () => {
    const text = await runProgram(['demo', '--yes']);
    expect(text.stdout).not.toContain('\u001B');
    expect(text.exitCode).toBe(0);
    const json = await runProgram(['demo', '--yes', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ command: 'setup', exitCode: 0 });
  });
});
