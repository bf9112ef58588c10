import type { IBufferCell, IBufferLine } from '@xterm/headless';

/** Size of a terminal cell in the picture's units. */
export const cell = { width: 9, height: 18 };

/** The terminal colours that the screens use, on the picture's dark background. */
const palette: Record<number, string> = {
  1: '#ff7b72',
  2: '#7ee787',
  3: '#e3b341',
  4: '#79c0ff',
  5: '#d2a8ff',
  6: '#76e3ea',
  7: '#e6edf3',
  8: '#8b949e',
};

/** The style sheet for the output of `styledLine`. */
export const lineStyles = [
  'text{font:15px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}',
  '.b{font-weight:bold}.d{opacity:.6}',
  ...Object.entries(palette).map(([index, colour]) => `.c${index}{fill:${colour}}`),
].join('\n');

const baseline = 14;

/** A terminal line as SVG text; each run of equal style is positioned separately, so that no font shifts a column. */
export function styledLine(line: IBufferLine, row: number): string {
  return stretches(line)
    .map((stretch) => textOf(stretch, row * cell.height + baseline))
    .join('');
}

/** The cursor as a block. */
export const cursor = (column: number, row: number): string =>
  `<rect x="${column * cell.width}" y="${row * cell.height}" width="${cell.width}" height="17" class="c8"/>`;

interface Stretch {
  column: number;
  width: number;
  text: string;
  look: string;
}

function stretches(line: IBufferLine): Stretch[] {
  const found: Stretch[] = [];
  for (let column = 0; column < line.length; column += 1) {
    const here = line.getCell(column);
    if (here === undefined || here.getWidth() === 0) continue;
    const text = here.getChars() || ' ';
    const look = lookOf(here);
    const last = found.at(-1);
    if (last?.look === look) {
      last.text += text;
      last.width += here.getWidth();
    } else found.push({ column, width: here.getWidth(), text, look });
  }
  return found.flatMap(withoutGaps);
}

/** Blanks are not drawn; the parts around a gap are positioned separately. */
function withoutGaps(stretch: Stretch): Stretch[] {
  return [...stretch.text.matchAll(/\S+(?: \S+)*/g)].map(({ 0: text, index }) => ({
    ...stretch,
    text,
    column: stretch.column + index,
    width: text.length,
  }));
}

/** A character's CSS classes. */
function lookOf(here: IBufferCell): string {
  const colour = here.getFgColor();
  if (!here.isFgDefault() && (here.isFgRGB() || palette[colour] === undefined))
    throw new Error(`A screen shows the colour ${colour}, for which test/pictures/styled-line.ts has none.`);
  const classes = [here.isBold() ? 'b' : '', here.isDim() ? 'd' : '', here.isFgDefault() ? '' : `c${colour}`];
  return classes.filter((name) => name !== '').join(' ');
}

function textOf({ column, width, text, look }: Stretch, y: number): string {
  const length = width === 1 ? '' : ` textLength="${width * cell.width}"`;
  const classes = look === '' ? '' : ` class="${look}"`;
  return `<text x="${column * cell.width}" y="${y}"${length}${classes}>${escaped(text)}</text>`;
}

/** Escapes text for XML. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
