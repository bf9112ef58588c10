import { oneLine } from './escape.ts';
import type { Screen } from './terminal.ts';
import { padTo, shorten, widthOf, wrapLine } from './width.ts';

/** A label, its value and where the value came from. */
export type SourcedRow = [label: string, value: string, source: string];

/** Narrower terminals get one line per cell. */
export const narrow = 60;

/** The longest cell, however long outside names are. */
const longest = 60;

const cell = (text: string) => shorten(oneLine(text), longest);

/** Rows with aligned columns. In a narrow terminal: label and source, value below. */
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

/** A long value gets its source below it, and does not shift other rows. */
function alignedRow(
  [label, value, source]: SourcedRow,
  { labels, values, room }: { labels: number; values: number; room: number },
  { paint }: Screen,
): string[] {
  const begin = `  ${paint.dim(padTo(label, labels))}  `;
  if (source === '') return [begin + paint.plain(value)];
  if (widthOf(value) <= values && values + widthOf(source) <= room)
    return [`${begin}${paint.plain(padTo(value, values))}  ${paint.dim(source)}`];
  return [begin + paint.plain(value), `${' '.repeat(labels + 4)}${paint.dim(source)}`];
}

function foldedRow([label, value, source]: SourcedRow, { paint }: Screen): string[] {
  return [`  ${paint.dim(source === '' ? label : `${label} (${source})`)}`, `    ${paint.plain(value)}`];
}

/** A text, and how it is painted. */
export interface PaintedText {
  text: string;
  brush: (text: string) => string;
}

/**
 * A label, padded to `width`, and the texts that belong to it: folded beside it, or below it where that leaves fewer
 * columns than `room`.
 */
export function hangingRows(
  label: PaintedText,
  texts: PaintedText[],
  { columns, width, room }: { columns: number; width: number; room: number },
): string[] {
  const isBelow = columns - width - 4 < room;
  const indent = ' '.repeat(isBelow ? 4 : width + 4);
  const [first = '', ...more] = texts.flatMap(({ text, brush }) =>
    wrapLine(text, columns - indent.length)
      .split('\n')
      .map(brush),
  );
  const head = isBelow
    ? [`  ${label.brush(label.text)}`, indent + first]
    : [`  ${label.brush(padTo(label.text, width))}  ${first}`];
  return [...head, ...more.map((row) => indent + row)];
}

/** A header and rows, columns as narrow as their content; in a narrow terminal one block per row. */
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
