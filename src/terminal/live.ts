import { stripVTControlCharacters } from 'node:util';
import type { Sink } from './output.ts';
import type { Live } from './terminal.ts';
import { shorten, widthOf } from './width.ts';

/** A block of lines that is redrawn where it stands; `above` prints something over it. */
export function liveBlock({
  write,
  columns,
  rows = () => undefined,
}: Pick<Sink, 'write' | 'columns' | 'rows'>): Live & {
  above(print: () => void): void;
} {
  let shown: string[] = [];
  const draw = () => write(shown.map((line) => `${line}\n`).join(''));
  // A terminal that has become narrower has wrapped what was drawn.
  const height = () =>
    shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / (columns() || Infinity))), 0);
  const erase = () => write(shown.length === 0 ? '' : `\r\u001B[${height()}A\u001B[J`);
  return {
    show: (lines) => {
      const next = fitting(lines, (rows() || Infinity) - 1).map((line) =>
        onOneRow(line, columns() || Infinity),
      );
      if (next.join('\n') === shown.join('\n')) return;
      erase();
      shown = next;
      draw();
    },
    above: (print) => {
      erase();
      print();
      draw();
    },
    end: () => {
      shown = [];
    },
  };
}

/** What does not fit on the screen could not be taken away again; the last lines say most. */
function fitting(lines: string[], rows: number): string[] {
  if (lines.length <= rows) return lines;
  return [`... ${lines.length - rows + 1} lines above`, ...lines.slice(1 - Math.max(2, rows))];
}

/** A line that is too long loses its colours, which could otherwise be cut in half. */
const onOneRow = (line: string, columns: number): string =>
  widthOf(line) < columns ? line : shorten(stripVTControlCharacters(line), columns - 1);
