import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type BrowserUser, browserUser } from '../support/browser-user.ts';
import { binary } from '../support/program.ts';
import { keys, type Session, type Size, startSession } from '../support/terminal.ts';

/** Terminal output after a typed key, or after the answer to a question. */
export interface Take {
  after: 'key' | 'answer';
  output: string;
}

/**
 * Types the command in a shell and accepts the preselected answers, until the demo's menu is back after a release; in the
 * browser that opens, each publisher is registered. Fails if a question does not come.
 */
export async function recording(command: string, size: Size): Promise<Take[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-pictures-'));
  await symlink(binary, join(folder, 'gitlab-to-pypi'));
  const browser = browserUser({ registers: true });
  const path = `${folder}:${browser.env.PATH}`;
  const env = { ...browser.env, PATH: path, PS1: '$ ', TMPDIR: '/tmp', COLORTERM: '' };
  const session = startSession('sh', ['-i'], env, size);
  try {
    const takes = [...(await typed(session, command)), ...(await answered(session, browser))];
    await end(session);
    return withSteadyNames(takes);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function typed(session: Session, command: string): Promise<Take[]> {
  const take = taker(session);
  await session.shows('$ ');
  const takes = [take('key')];
  for (const [at, key] of Array.from(command).entries()) {
    session.press(key);
    await session.shows(`$ ${command.slice(0, at + 1).trimEnd()}`);
    takes.push(take('key'));
  }
  return takes;
}

async function answered(session: Session, browser: BrowserUser): Promise<Take[]> {
  const take = taker(session);
  const takes: Take[] = [];
  const asked: string[] = [];
  while (asked.filter((question) => question === menu).length < 2) {
    const opened = asked.filter(
      (question, at) => question.startsWith('Registered') && asked[at - 1] === question,
    );
    await expect.poll(browser.opened, { timeout: 60_000 }).toHaveLength(opened.length);
    session.press(keys.enter);
    await session.shows(openQuestion(takes.length));
    asked.push(/◆ +(.*)/.exec(session.screen())?.[1] ?? '');
    takes.push(take('answer'));
  }
  return takes;
}

const menu = 'What now?';

/** The prompt library marks the open question; answered ones are marked differently. */
const openQuestion = (answers: number) => new RegExp(`^([^◇◆]*◇){${answers}}[^◇◆]*◆`);

/** Returns what was output since the last call. */
function taker(session: Session): (after: Take['after']) => Take {
  let taken = session.raw().length;
  return (after) => {
    const output = session.raw().slice(taken);
    taken += output.length;
    return { after, output };
  };
}

/** Normalises the scratch folder, so that the picture only changes if a screen does. */
function withSteadyNames(takes: Take[]): Take[] {
  return takes.map(({ after, output }) => ({
    after,
    output: output.replace(/(?<=gitlab-to-pypi-demo-)\w{6}/g, 'Py7h0n'),
  }));
}

/** Ends the program with Ctrl-C, then its shell. */
async function end(session: Session): Promise<void> {
  session.press(keys.ctrlC);
  await session.shows(/\n\$ \s*$/);
  session.press('exit\r');
  await session.ended;
}
