import { readFileSync } from 'node:fs';
import { spawn } from '@lydell/node-pty';
import { Terminal } from '@xterm/headless';
import { binary, cleanEnv } from './program.ts';

/** A run of the built program in a real terminal. */
export interface Session {
  /** What the screen shows now, including what has scrolled off. */
  screen(): string;
  /** Lines that the terminal itself had to wrap, each rejoined. */
  brokenLines(): string[];
  /** Everything that the program wrote, including escape sequences. */
  raw(): string;
  /** Waits until the screen shows it; after ten seconds fails with the screen. */
  shows(text: string | RegExp): Promise<void>;
  press(keys: string): void;
  kill(signal: string): void;
  ended: Promise<number>;
}

export const keys = { enter: '\r', down: '\u001B[B', escape: '\u001B', ctrlC: '\u0003' };

/** The size of a terminal. */
export interface Size {
  cols: number;
  rows: number;
}

const usual: Size = { cols: 110, rows: 40 };

/** Starts the built program in a terminal, 110 columns wide by default. */
export function startInTerminal(
  args: string[],
  env: Record<string, string> = {},
  size: Partial<Size> = {},
): Session {
  return startSession(process.execPath, [binary, ...args], env, { ...usual, ...size });
}

/** The same in a shell, which afterwards reports how the terminal was left. */
export function startInShell(args: string[], env: Record<string, string> = {}): Session {
  // The shell must survive a Ctrl-C that reaches both of them.
  const script = 'trap : INT; "$@"; code=$?; stty -a; exit $code';
  return startSession('sh', ['-c', script, 'sh', process.execPath, binary, ...args], env, usual);
}

/** Starts any program in a terminal. */
export function startSession(file: string, args: string[], env: Record<string, string>, size: Size): Session {
  const terminal = new Terminal({ ...size, scrollback: 5000, allowProposedApi: true });
  const child = spawn(file, args, { ...size, env: cleanEnv({ TERM: 'xterm-256color', ...env }) });
  let raw = '';
  child.onData((data) => {
    raw += data;
    terminal.write(data);
  });
  const lines = () =>
    Array.from({ length: terminal.buffer.active.length }, (_, row) =>
      terminal.buffer.active.getLine(row),
    ).filter((line) => line !== undefined);
  const screen = () =>
    lines()
      .map((line) => line.translateToString(true))
      .join('\n');
  return {
    screen,
    brokenLines: () => brokenOf(lines().map((line) => [line.translateToString(true), line.isWrapped])),
    raw: () => raw,
    shows: (text) =>
      waitFor(() => (typeof text === 'string' ? screen().includes(text) : text.test(screen())), text, screen),
    press: (typed) => child.write(typed),
    kill: (signal) => process.kill(innermost(child.pid), signal),
    ended: new Promise((resolve) => {
      child.onExit(({ exitCode }) => setTimeout(() => resolve(exitCode), 50));
    }),
  };
}

function brokenOf(rows: [text: string, isWrapped: boolean][]): string[] {
  const whole: { text: string; broken: boolean }[] = [];
  for (const [text, isWrapped] of rows) {
    const last = whole.at(-1);
    if (isWrapped && last) Object.assign(last, { text: last.text + text, broken: true });
    else whole.push({ text, broken: false });
  }
  return whole.filter(({ broken }) => broken).map(({ text }) => text);
}

/** The program itself if a shell runs it; the program runs others, such as git. */
function innermost(pid: number): number {
  const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return name !== 'sh' || children === '' ? pid : Number(children.split(' ')[0]);
}

async function waitFor(shown: () => boolean, text: string | RegExp, screen: () => string): Promise<void> {
  const until = Date.now() + 120_000;
  while (!shown()) {
    if (Date.now() > until) throw new Error(`The screen does not show ${text}:\n${screen()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  // The prompt only listens a moment after it is drawn.
  await new Promise((resolve) => setTimeout(resolve, 50));
}
