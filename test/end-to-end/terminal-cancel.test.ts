import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerAll, type DemoWorldName, demoQuestions, isAsked } from '../support/demo-questions.ts';
import { keys, type Session, startInShell, startInTerminal } from '../support/terminal.ts';

const cases = Object.entries(demoQuestions).flatMap(([world, { before, after }]) =>
  [...before, ...after].flatMap((question, index, all) =>
    // Before the changes Esc goes back instead.
    (index >= before.length ? (['ctrlC', 'escape'] as const) : (['ctrlC'] as const)).map((key) => ({
      world: world as DemoWorldName,
      question,
      key,
      earlier: all.slice(0, index),
      isDone: index >= before.length,
    })),
  ),
);

const directoryOf = (session: Session) =>
  /The Python project is in (\S+)\./.exec(session.screen())?.[1] ?? '';

/** The embedded GitLab's state at the end, and what git reports about the files. */
function stateOf(directory: string) {
  const saved = readFileSync(join(directory, '.git', 'gitlab-to-pypi-rehearsal.json'), 'utf8');
  const [project] = JSON.parse(saved).states.gitlab.projects;
  const edited = execFileSync('git', ['status', '--porcelain'], { cwd: directory, encoding: 'utf8' });
  return { environments: project.environments.length, edited: edited !== '' };
}

describe('a question of the demo', () => {
  it.concurrent.each(cases)(
    'as $world, at $question, exits with 130 on $key and leaves the terminal as it was',
    async ({ world, question, key, earlier, isDone }) => {
      const session = startInTerminal(['demo', '--keep', '--as', world]);
      await answerAll(session, earlier);
      await isAsked(session, question);
      session.press(keys[key]);
      expect(await session.ended).toBe(130);
      expect(session.raw().lastIndexOf('\u001B[?25h')).toBeGreaterThan(
        session.raw().lastIndexOf('\u001B[?25l'),
      );
      expect(session.screen()).toContain(
        isDone ? 'Cancelled; the changes reported above stay.' : 'Cancelled; nothing was changed.',
      );
      const wanted = isDone ? { environments: 2, edited: true } : { environments: 0, edited: false };
      expect(stateOf(directoryOf(session))).toEqual(wanted);
    },
  );
});

describe('an interrupted question', () => {
  it.each([
    ['Ctrl-C', (session: Session) => session.press(keys.ctrlC), 130],
    ['SIGINT', (session: Session) => session.kill('SIGINT'), 130],
    ['SIGTERM', (session: Session) => session.kill('SIGTERM'), 143],
  ])('by %s gives the keyboard back to the shell', async (_, cut, exitCode) => {
    const session = startInShell(['demo']);
    await isAsked(session, 'How should releases be protected?');
    cut(session);
    expect(await session.ended).toBe(exitCode);
    expect(session.screen()).toMatch(/(?<!-)icanon[\s\S]*(?<!-)echo /);
    expect(session.raw().lastIndexOf('\u001B[?25h')).toBeGreaterThan(
      session.raw().lastIndexOf('\u001B[?25l'),
    );
  });

  it('after the changes says what was done and what is left', async () => {
    const session = startInTerminal(['demo', '--as', 'solo']);
    await answerAll(session, demoQuestions.solo.before);
    await isAsked(session, 'Registered on PyPI?');
    session.kill('SIGTERM');
    expect(await session.ended).toBe(143);
    expect(session.screen()).toMatch(/Done: 5 changes made[\s\S]*Still to do[\s\S]*Release v0\.1\.1/);
  });
});
