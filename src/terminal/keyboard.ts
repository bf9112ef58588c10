import { createInterface } from 'node:readline';
import type { Stop } from '../kernel/stop.ts';
import { asking } from './question.ts';
import type { Streams } from './terminal.ts';

/** Reads lines, with the terminal's own line editing. */
export interface Keyboard {
  line(prompt: string): Promise<string>;
  /** Reads a line without echo. */
  hidden(prompt: string): Promise<string>;
}

/** Ctrl-C, Ctrl-D and signals throw `Cancelled`. */
export function openKeyboard({ input, output }: Streams, stop: Stop): Keyboard {
  const asked = (prompt: string, read: (signal: AbortSignal) => Promise<string | undefined>) =>
    asking(stop, async (signal) => {
      output.write(prompt);
      const answer = await read(signal);
      if (answer !== undefined) return answer;
      output.write('\n');
      throw stop.cancelled();
    });
  return {
    line: (prompt) => asked(prompt, (signal) => readLine(input, signal)),
    hidden: async (prompt) => {
      const answer = await asked(prompt, (signal) => readHidden(input, signal));
      output.write('\n');
      return answer.trim();
    },
  };
}

/** Undefined at end of input, i.e. Ctrl-D. */
function readLine(input: NodeJS.ReadStream, signal: AbortSignal): Promise<string | undefined> {
  const lines = createInterface({ input, terminal: false });
  return new Promise((resolve) => {
    lines.once('line', (line) => {
      resolve(line);
      lines.close();
    });
    lines.once('close', () => resolve(undefined));
    signal.addEventListener('abort', () => lines.close(), { once: true });
  });
}

/** Only raw mode stops the terminal from echoing, so keys are read one by one. */
function readHidden(input: NodeJS.ReadStream, signal: AbortSignal): Promise<string | undefined> {
  let typed = '';
  input.setRawMode(true);
  input.setEncoding('utf8');
  return new Promise((resolve) => {
    const end = (answer: string | undefined) => {
      input.off('data', read);
      input.pause();
      input.setRawMode(false);
      resolve(answer);
    };
    const read = (keys: string) => {
      for (const key of keys.replaceAll('\u001B[200~', '').replaceAll('\u001B[201~', '')) {
        if (key === '\r' || key === '\n') return end(typed);
        if (key === '\u0003' || key === '\u0004') return end(undefined);
        typed = key === '\u007F' || key === '\b' ? typed.slice(0, -1) : typed + key;
      }
    };
    input.on('data', read);
    input.resume();
    signal.addEventListener('abort', () => end(undefined), { once: true });
  });
}
