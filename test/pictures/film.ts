import { Terminal } from '@xterm/headless';
import type { Size } from '../support/terminal.ts';
import { Camera, type Film } from './camera.ts';
import type { Take } from './recording.ts';

/** Milliseconds. Real output is too fast to read, so the film has fixed timing. */
const pace = { key: 45, command: 400, line: 12, spinner: 200, screenful: 400, end: 3500 };

const reading = (lines: number) => Math.min(500 + lines * 30, 1900);

/** Replays the recording line by line, and shows each question for as long as it takes to read. */
export async function filmOf(takes: Take[], size: Size): Promise<Film> {
  const terminal = new Terminal({ ...size, scrollback: 5000, allowProposedApi: true });
  const camera = new Camera(terminal);
  const lastKey = takes.findLastIndex(({ after }) => after === 'key');
  for (const [index, { after, output }] of takes.entries()) {
    const lines = await play(output, terminal, camera);
    if (after === 'key') camera.look(index === lastKey ? pace.command : pace.key, true);
    else camera.look(index === takes.length - 1 ? pace.end : reading(lines));
  }
  return camera.film;
}

/**
 * A frame per new line, and a pause per screenful; lines that replaced a spinner took their time. Returns the number of
 * new lines.
 */
async function play(output: string, terminal: Terminal, camera: Camera): Promise<number> {
  const { active } = terminal.buffer;
  const depth = () => active.baseY + active.cursorY;
  const start = depth();
  let [deepest, read] = [start, start];
  for (const line of output.split(/(?=\r?\n)/)) {
    await new Promise<void>((resolve) => terminal.write(line, resolve));
    if (depth() <= deepest) continue;
    deepest = depth();
    const isScreenful = line.trim() === '' && deepest - read > terminal.rows * 0.75;
    if (isScreenful) read = deepest;
    camera.look(isScreenful ? pace.screenful : line.includes('\r\u001B[K') ? pace.spinner : pace.line);
  }
  return deepest - start;
}
