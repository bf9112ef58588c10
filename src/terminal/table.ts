import { oneLine } from './escape.ts';
import type { Screen } from './terminal.ts';
import { padTo, shorten, widthOf } from './width.ts';

/** A value with what it is and where it came from. */
export type SourcedRow = [label: string, value: string, source: string];

/** Tables of narrower terminals have a line for each cell. */
export const narrow = 60;

/** No cell is longer, whatever the world outside is called. */
const longest = 60;

const cell = (text: string) => shorten(oneLine(text), longest);

/** Rows with aligned columns; in a narrow terminal the label with its source, and the value below. */
export function sourcedTable(rows: SourcedRow[], screen: Screen): string[] {
  const { columns } = screen;
  const cells = rows.map((row) => row.map(cell) as SourcedRow);
  if (columns < narrow) return cells.flatMap((row) => foldedRow(row, screen));
  const labels = Math.max(...cells.map(([label]) => widthOf(label)));
  const room = columns - labels - 6;
  const limit = room - Math.max(...cells.map(([, , source]) => widthOf(source)));
  const values = Math.max(0, ...cells.map(([, value]) => widthOf(value)).filter((width) => width <= limit));
  return cells.flatMap((row) => alignedRow(row, { labels, values, room }, screen));
}

/** A long value has its source right behind it, or below it, and moves no other row. */
function alignedRow(
  [label, value, source]: SourcedRow,
  { labels, values, room }: { labels: number; values: number; room: number },
  { paint }: Screen,
): string[] {
  const begin = `  ${paint.dim(padTo(label, labels))}  `;
  const width = [values, widthOf(value)].find((it) => it >= widthOf(value) && it + widthOf(source) <= room);
  if (width !== undefined)
    return [`${begin}${paint.plain(padTo(value, width))}  ${paint.dim(source)}`.trimEnd()];
  return [begin + paint.plain(value), `${' '.repeat(labels + 4)}${paint.dim(source)}`];
}

function foldedRow([label, value, source]: SourcedRow, { paint }: Screen): string[] {
  return [`  ${paint.dim(source === '' ? label : `${label} (${source})`)}`, `    ${paint.plain(value)}`];
}

/** A heading and rows in columns as narrow as their texts; in a narrow terminal a block for each row. */
export function grid(heading: string[], rows: string[][], { paint, columns }: Screen): string[] {
  const cells = [heading, ...rows].map((row) => row.map(cell));
  const widths = heading.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))));
  const lines = cells.map((row) => row.map((text, column) => padTo(text, widths[column] ?? 0)).join('  '));
  const [first = '', ...rest] = lines.map((line) => `  ${line}`.trimEnd());
  if (Math.max(...lines.map(widthOf)) + 2 <= columns)
    return [paint.bold(first), ...rest.map((line) => paint.plain(line))];
  return [
    `  ${paint.bold(heading[0] ?? '')}`,
    ...cells.slice(1).flatMap((row) => foldedBlock(heading, row, paint)),
  ];
}

function foldedBlock(heading: string[], [first = '', ...others]: string[], paint: Screen['paint']): string[] {
  const labels = heading.slice(1);
  const width = Math.max(...labels.map(widthOf));
  return [
    `  ${paint.plain(first)}`,
    ...others.map(
      (text, index) => `    ${paint.dim(padTo(labels[index] ?? '', width))}  ${paint.plain(text)}`,
    ),
  ];
}
