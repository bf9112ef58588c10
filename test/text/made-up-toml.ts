import fc from 'fast-check';

/** A piece of a document: its lines, and the path of the key on them, if any. */
export interface Piece {
  text: string;
  path?: string[];
}

/** A document and its pieces, each with text that is unique to it. */
export interface MadeUpToml {
  text: string;
  pieces: Piece[];
  /** Paths of tables and keys to edit, whether they exist or not. */
  paths: string[][];
}

type Pick = <T>(...choices: T[]) => T;

const scalars = [
  '1',
  '-0x1F',
  '1_000',
  '9007199254740993',
  '1e3',
  'inf',
  'true',
  '1979-05-27T07:32:00Z',
  '1979-05-27',
  '07:32:00',
  '"plain"',
  "'literal \\ text'",
  '"a # b = [c]"',
  '"\\u00e9 \\" \\\\"',
  '"é 🐍 \u2028"',
  '""',
  '""""quoted" text"""',
  '"""\n[tool.alpha]\nname = 1 # no comment\n"""',
  "'''\nrequires = [\n'''",
  '"""one \\\n   two"""',
].map((text) => text.replace('-0x1F', '0x1F'));

const names = ['name', 'version', 'requires', 'x-1', '"odd key"', "'a.b'", '"é"', 'constructor', '1'];
const headers = [
  ['project'],
  ['build-system'],
  ['tool', 'alpha'],
  ['tool', 'alpha', 'sub'],
  ['tool', '"odd key"', 'b'],
  ['tool', 'beta'],
];
const gaps = ['', '', '\n', '\n\n', '  \n', '\t# kept\n'];

/** The text of a key without its quotes. */
export const bare = (key: string) => key.replace(/^(["'])(.*)\1$/, '$2');

function array(pick: Pick): string {
  const items = ['"a>=1"', "'b'", '"c # d"', '1', '[1, "x"]', '{ k = "v" }'];
  const count = pick(0, 1, 2, 3);
  const all = Array.from({ length: count }, () => pick(...items));
  const comma = count > 0 ? pick('', ',', ' ,') : '';
  if (pick(true, false))
    return `[${pick('', ' ')}${all.join(pick(', ', ',', ' , '))}${comma}${pick('', ' ')}]`;
  const indent = pick('', '  ', '    ', '\t');
  const comments = all.map((_, at) => pick('', '', ` # of ${at}`));
  const lines = all.map(
    (it, at) => `${indent}${it}${at < count - 1 ? pick(',', ' ,') : comma}${comments[at]}\n`,
  );
  return `[${pick('', ' # first')}\n${lines.join(pick('', '', `${indent}# between\n`))}${pick('', '  # last\n', '\n')}${pick('', '  ')}]`;
}

function inlineTable(pick: Pick, depth: number): string {
  const keys = [pick('', 'k'), pick('', 'enable', 'sub.name'), pick('', '"z y"')].filter((key) => key !== '');
  const pairs = keys.map(
    (key) =>
      `${key}${pick(' = ', '=')}${depth > 0 && pick(true, false) ? inlineTable(pick, depth - 1) : pick('1', '"s"', '[1]')}`,
  );
  const space = pick('', ' ');
  return `{${space}${pairs.join(pick(', ', ',', ' , '))}${space}}`;
}

const value = (pick: Pick) =>
  pick(...(['scalar', 'scalar', 'scalar', 'array', 'array', 'table'] as const)) === 'scalar'
    ? pick(...scalars)
    : pick(array, (it: Pick) => inlineTable(it, 1))(pick);

/** The lines of a table, each key once. A dotted key opens a table that no other line opens. */
function body(pick: Pick, base: string[], mark: () => string, pieces: Piece[], paths: string[][]): void {
  const left = new Set(names);
  for (let at = pick(0, 1, 2, 3); at > 0; at -= 1) {
    const name = pick(...left);
    left.delete(name);
    const dotted = pick('', '', pick('.k', ' . "l m"'));
    const path = [...base, bare(name), ...(dotted === '' ? [] : [bare(dotted.replace(/^\s*\.\s*/, ''))])];
    const indent = pick('', '', '  ', '\t');
    const text = `${indent}${name}${dotted}${pick(' = ', '=', '   =\t')}${value(pick)}${pick('', ' ')}${pick('', `# ${mark()}`)}\n`;
    pieces.push({ text, path }, { text: pick(...gaps, `# ${mark()}\n`) });
    paths.push(path);
  }
}

function finish(pick: Pick, pieces: Piece[]): Piece[] {
  const ended = pieces.filter(({ text }) => text !== '');
  const crlf = pick(false, false, true);
  const all = crlf ? ended.map((it) => ({ ...it, text: it.text.replaceAll('\n', '\r\n') })) : ended;
  const last = all.at(-1);
  if (last && pick(false, false, true)) last.text = last.text.replace(/\r?\n$/, '');
  return all;
}

/** A document as people write them, and some odder ones. */
export const madeUpToml: fc.Arbitrary<MadeUpToml> = fc.gen().map((gen) => {
  const pick = ((...choices: unknown[]) => gen(fc.constantFrom, ...choices)) as Pick;
  let marks = 0;
  const mark = () => `comment ${++marks}`;
  const pieces: Piece[] = [{ text: pick('', '', '\uFEFF', `# ${mark()}\n`) }];
  const paths: string[][] = [];
  body(pick, [], mark, pieces, paths);
  const taken = new Set(paths.map(([first]) => first));
  for (const header of headers) {
    if (taken.has(header[0]) || pick(true, false)) continue;
    const dots = pick('.', '.', ' . ');
    pieces.push({
      text: `${pick('', '', ' ')}[${pick('', ' ')}${header.join(dots)}${pick('', ' ')}]${pick('', ` # ${mark()}`)}\n`,
    });
    const base = header.map(bare);
    paths.push(base);
    body(pick, base, mark, pieces, paths);
  }
  for (let at = taken.has('tool') ? 0 : pick(0, 0, 1, 2); at > 0; at -= 1) {
    pieces.push({ text: `[[tool.items]] # ${mark()}\n` });
    body(pick, ['tool', 'items'], mark, pieces, []);
    if (pick(true, false)) pieces.push({ text: `[tool.items.inner] # ${mark()}\nk = 1\n` });
  }
  const all = finish(pick, pieces);
  return { text: all.map(({ text }) => text).join(''), pieces: all, paths };
});
