import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary } from '../support/program.ts';
import { keys, type Session, type Size, startSession } from '../support/terminal.ts';

/** Terminal output after a typed key, or after the answer to a question. */
export interface Take {
  after: 'key' | 'answer';
  output: string;
}

/**
 * Types the command in a shell and accepts the preselected answers, until a question is repeated. Fails if a question
 * does not come.
 */
export async function recording(command: string, size: Size): Promise<Take[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-pictures-'));
  await symlink(binary, join(folder, 'gitlab-to-pypi'));
  const path = `${folder}:${process.env.PATH}`;
  const session = startSession('sh', ['-i'], { PATH: path, PS1: '$ ', TMPDIR: '/tmp', COLORTERM: '' }, size);
  try {
    const takes = [...(await typed(session, command)), ...(await answered(session))];
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

async function answered(session: Session): Promise<Take[]> {
  const take = taker(session);
  const asked = new Set<string>();
  const takes: Take[] = [];
  for (let question = ''; !asked.has(question); takes.push(take('answer'))) {
    asked.add(question);
    session.press(keys.enter);
    await session.shows(openQuestion(takes.length));
    question = /◆ +(.*)/.exec(session.screen())?.[1] ?? '';
  }
  return takes;
}

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

/** Normalises ports and the scratch folder, so that the picture only changes if a screen does. */
function withSteadyNames(takes: Take[]): Take[] {
  const ports = new Map<string, number>();
  const steady = (port: string) => ports.set(port, ports.get(port) ?? 40_001 + ports.size).get(port);
  return takes.map(({ after, output }) => ({
    after,
    output: output
      .replace(/(?<=127\.0\.0\.1:)\d{5}/g, (port) => `${steady(port)}`)
      .replace(/(?<=gitlab-to-pypi-demo-)\w{6}/g, 'Py7h0n'),
  }));
}

/** Ends the program with Ctrl-C, then its shell; removes the scratch project. */
async function end(session: Session): Promise<void> {
  session.press(keys.ctrlC);
  await session.shows(/\n\$ \s*$/);
  session.press('exit\r');
  await session.ended;
  const directory = /\/tmp\/gitlab-to-pypi-demo-\w+/.exec(session.raw())?.[0];
  if (directory !== undefined) await rm(directory, { recursive: true });
}
