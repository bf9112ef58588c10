/**
 * Draws the rooms of `src` and their imports into CONTRIBUTING.md: `npm run rooms`. Omits arrows that others imply (such as
 * from `run` to `goal`, since `plan` is in between), or there would be eighty.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const file = 'CONTRIBUTING.md';
const [start, end] = ['<!-- rooms: drawn by npm run rooms -->\n', '<!-- end of rooms -->\n'];

const args = ['src', '--include-only', '^src', '--collapse', '^src/[^/]+/?', '--output-type', 'json'];
const { modules } = JSON.parse(
  execFileSync('npx', ['depcruise', ...args], { encoding: 'utf8', maxBuffer: 1 << 28 }),
);

const roomOf = (path) => path.replace(/^src\//, '').replace(/\/$/, '');

/** The rooms that each room imports. */
const imports = new Map(
  modules.map(({ source, dependencies }) => {
    const rooms = dependencies.map(({ resolved }) => roomOf(resolved));
    return [roomOf(source), new Set(rooms.filter((room) => room !== roomOf(source)))];
  }),
);

const reaches = (from, to) =>
  imports.get(from).has(to) || [...imports.get(from)].some((room) => reaches(room, to));

const arrows = [...imports].flatMap(([from, rooms]) =>
  [...rooms]
    .filter((to) => ![...rooms].some((between) => between !== to && reaches(between, to)))
    .map((to) => `  ${from} --> ${to}`),
);

const drawing = ['```mermaid', 'flowchart TD', ...arrows.sort(), '```', ''].join('\n');
const text = readFileSync(file, 'utf8');
const [from, to] = [text.indexOf(start), text.indexOf(end)];
if (from < 0 || to < from) throw new Error(`${file} has no place for the drawing of the rooms.`);
writeFileSync(file, `${text.slice(0, from)}${start}${drawing}${text.slice(to)}`);
