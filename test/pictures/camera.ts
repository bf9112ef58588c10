import type { Terminal } from '@xterm/headless';
import { cursor, styledLine } from './styled-line.ts';

/** A line as it looked in some of the frames; `row` counts from the first line that the terminal ever had. */
export interface Showing {
  row: number;
  line: string;
  from: number;
  /** The first frame in which it is not so any more. */
  until: number;
}

/** What a terminal showed: when each frame begins, in milliseconds, and which row is the uppermost in it. */
export interface Film {
  frames: { at: number; top: number }[];
  showings: Showing[];
  rows: number;
  length: number;
}

/** Takes frames of a terminal. What a line looked like is kept once for as long as it looks so. */
export class Camera {
  readonly film: Film;
  readonly #open = new Map<number, Showing>();
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.film = { frames: [], showings: [], rows: terminal.rows, length: 0 };
  }

  /** Looks at the terminal for some milliseconds; its cursor is to be seen only `typing`. */
  look(milliseconds: number, typing = false): void {
    const { frames, rows } = this.film;
    const { baseY } = this.#terminal.buffer.active;
    for (let row = frames.at(-1)?.top ?? 0; row < baseY + rows; row += 1) this.#show(row, typing);
    frames.push({ at: this.film.length, top: baseY });
    this.film.length += milliseconds;
  }

  #show(row: number, typing: boolean): void {
    const { active } = this.#terminal.buffer;
    const isHere = typing && row === active.baseY + active.cursorY;
    const text = active.getLine(row);
    const line =
      (text === undefined ? '' : styledLine(text, row)) + (isHere ? cursor(active.cursorX, row) : '');
    const before = this.#open.get(row);
    if ((before?.line ?? '') === line) return;
    const from = this.film.frames.length;
    if (before !== undefined) before.until = from;
    const showing = { row, line, from, until: Infinity };
    this.#open.set(row, showing);
    if (line !== '') this.film.showings.push(showing);
  }
}
