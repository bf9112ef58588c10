import type { Terminal } from '@xterm/headless';
import { cursor, styledLine } from './styled-line.ts';

/** A line as it looked in some of the frames; `row` counts from the terminal's very first line. */
export interface Showing {
  row: number;
  line: string;
  from: number;
  /** The first frame in which this is no longer the case. */
  until: number;
}

/** What a terminal showed: when each frame starts, in milliseconds, and its topmost row. */
export interface Film {
  frames: { at: number; top: number }[];
  showings: Showing[];
  rows: number;
  length: number;
}

/** Takes frames of a terminal. Each appearance of a line is stored once. */
export class Camera {
  readonly film: Film;
  readonly #open = new Map<number, Showing>();
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.film = { frames: [], showings: [], rows: terminal.rows, length: 0 };
  }

  /** Films the terminal for some milliseconds; the cursor is only visible while `typing`. */
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
