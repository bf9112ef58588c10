import { oneLine } from './escape.ts';
import { liveBlock } from './live.ts';
import { makePaint } from './paint.ts';
import type { Output } from './terminal.ts';
import { shorten, wrapLine } from './width.ts';

/** What an output is made from. */
export interface Sink {
  write(text: string): unknown;
  /** Undefined if lines may be of any length. */
  columns(): number | undefined;
  /** Undefined if it has no height. */
  rows?(): number | undefined;
  colour: boolean;
}

/** Append-only output: for pipes, CI, screen readers and terminals that cannot redraw. */
export function stillOutput({ write, columns, colour }: Sink): Output {
  const paint = makePaint(colour);
  const width = () => columns() || Infinity;
  const printAsIs = (...lines: string[]) => lines.forEach((line) => void write(`${line}\n`));
  const print = (...texts: string[]) => {
    for (const text of texts) {
      const [prose = '', ...toPaste] = text.split(/\n(?=\n)/);
      printAsIs(...prose.split('\n').map((line) => wrapLine(line, width())), ...toPaste);
    }
  };
  return {
    paint,
    get columns() {
      return width();
    },
    print,
    printAsIs,
    notice: print,
    during: (label, work) => {
      print(paint.dim(`${label} ...`));
      return work;
    },
    busy: () => () => undefined,
    live: () => undefined,
    copy: () => undefined,
  };
}

const frames = Array.from('⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏');

/** Clears a spinner's line so that another can take its place. */
const takenAway = '\r\u001B[K';

/**
 * Output with a spinner while something is in progress. Not the prompt library's spinner, which exits with code 0 on
 * Ctrl-C.
 */
export function movingOutput(sink: Sink): Output {
  const still = stillOutput(sink);
  const { paint } = still;
  const busy = (label: string) => {
    let frame = 0;
    const draw = () => {
      const text = shorten(oneLine(label), still.columns - 3);
      sink.write(`${takenAway}${frames[frame++ % frames.length]} ${paint.dim(text)}`);
    };
    draw();
    const timer = setInterval(draw, 80);
    return () => {
      clearInterval(timer);
      sink.write(takenAway);
    };
  };
  let block: ReturnType<typeof liveBlock> | undefined;
  return {
    ...still,
    get columns() {
      return still.columns;
    },
    busy,
    live: () => {
      block = liveBlock(sink);
      return block;
    },
    notice: (line) => {
      sink.write(takenAway);
      if (block === undefined) still.print(line);
      else block.above(() => still.print(line));
    },
    during: (label, work) => work.finally(busy(label)),
    copy: (text) => void sink.write(copySequence(text)),
  };
}

/**
 * The escape sequence that makes a terminal copy a text to the clipboard, even over SSH (OSC 52,
 * https://invisible-island.net/xterm/ctlseqs/ctlseqs.html). Terminals without support ignore it.
 */
function copySequence(text: string): string {
  return `\u001B]52;c;${Buffer.from(text).toString('base64')}\u0007`;
}
