import type { IBufferCell, IBufferLine } from '@xterm/headless';

/** The size of a cell of the terminal in units of the picture. */
export const cell = { width: 8.4, height: 18 };

/** The sixteen colours of a terminal, as they look on the dark ground of the picture. */
const palette = [
  '#6e7681', '#ff7b72', '#7ee787', '#e3b341', '#79c0ff', '#d2a8ff', '#76e3ea', '#e6edf3',
  '#8b949e', '#ffa198', '#56d364', '#f2cc60', '#a5d6ff', '#e2c5ff', '#b3f0ff', '#ffffff',
]; // biome-ignore format: one row for each half

/** A line of a terminal as SVG text, each stretch of one look placed by itself so that no font shifts a column. */
export function styledLine(line: IBufferLine): string {
  return stretches(line).map(textOf).join('');
}

interface Stretch {
  column: number;
  width: number;
  text: string;
  attributes: string;
}

function stretches(line: IBufferLine): Stretch[] {
  const found: Stretch[] = [];
  for (let column = 0; column < line.length; column += 1) {
    const here = line.getCell(column);
    if (here === undefined || here.getWidth() === 0) continue;
    const text = here.getChars() || ' ';
    const attributes = attributesOf(here);
    const last = found.at(-1);
    if (last?.attributes === attributes) {
      last.text += text;
      last.width += here.getWidth();
    } else found.push({ column, width: here.getWidth(), text, attributes });
  }
  return found.flatMap(withoutGaps);
}

/** Blanks are not drawn; what stands on both sides of a gap is placed by itself. */
function withoutGaps(stretch: Stretch): Stretch[] {
  return [...stretch.text.matchAll(/\S+(?: \S+)*/g)].map(({ 0: text, index }) => ({
    ...stretch,
    text,
    column: stretch.column + index,
    width: text.length,
  }));
}

function attributesOf(here: IBufferCell): string {
  const colour = here.isFgDefault() ? undefined : palette[here.getFgColor() % 16];
  const classes = [here.isBold() ? 'b' : '', here.isDim() ? 'd' : ''].join('');
  return `${classes === '' ? '' : ` class="${classes}"`}${colour === undefined ? '' : ` fill="${colour}"`}`;
}

function textOf({ column, width, text, attributes }: Stretch): string {
  const at = (column * cell.width).toFixed(1).replace('.0', '');
  const length = (width * cell.width).toFixed(1).replace('.0', '');
  return `<text x="${at}" textLength="${length}"${attributes}>${escaped(text)}</text>`;
}

/** A text as it may stand in XML. */
export const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
