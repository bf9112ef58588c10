import { spawn } from '@lydell/node-pty';
import { Terminal } from '@xterm/headless';
import { binary, cleanEnv } from './program.ts';

/** A run of the built program in a real terminal. */
export interface Session {
  /** What the screen shows now, with what has scrolled away. */
  screen(): string;
  /** Waits until the screen shows it; fails with the screen after ten seconds. */
  shows(text: string | RegExp): Promise<void>;
  press(keys: string): void;
  kill(signal: string): void;
  ended: Promise<number>;
}

export const keys = { enter: '\r', down: '\u001B[B', escape: '\u001B', ctrlC: '\u0003' };

/** Starts the built program in a terminal of 110 columns. */
export function startInTerminal(args: string[], env: Record<string, string> = {}): Session {
  const size = { cols: 110, rows: 40 };
  const terminal = new Terminal({ ...size, scrollback: 5000, allowProposedApi: true });
  const child = spawn(process.execPath, [binary, ...args], {
    ...size,
    env: cleanEnv({ TERM: 'xterm-256color', ...env }),
  });
  child.onData((data) => terminal.write(data));
  const screen = () => {
    const { active } = terminal.buffer;
    return Array.from(
      { length: active.length },
      (_, row) => active.getLine(row)?.translateToString(true) ?? '',
    ).join('\n');
  };
  return {
    screen,
    shows: (text) =>
      waitFor(() => (typeof text === 'string' ? screen().includes(text) : text.test(screen())), text, screen),
    press: (typed) => child.write(typed),
    kill: (signal) => child.kill(signal),
    ended: new Promise((resolve) => {
      child.onExit(({ exitCode }) => setTimeout(() => resolve(exitCode), 50));
    }),
  };
}

async function waitFor(shown: () => boolean, text: string | RegExp, screen: () => string): Promise<void> {
  const until = Date.now() + 10_000;
  while (!shown()) {
    if (Date.now() > until) throw new Error(`The screen does not show ${text}:\n${screen()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  // The prompt listens a moment after it is drawn.
  await new Promise((resolve) => setTimeout(resolve, 50));
}
