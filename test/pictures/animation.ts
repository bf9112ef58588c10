import type { Film, Showing } from './camera.ts';
import { cell, escaped, lineStyles } from './styled-line.ts';

const margin = { side: 16, top: 44, bottom: 14 };

/** Alternative text for the picture. */
export interface Words {
  title: string;
  description: string;
}

/**
 * A looping film: all lines that were ever shown, one below the other, behind a window that moves down. Self-contained,
 * so that it plays as an image. With reduced motion it shows the frame `still`.
 */
export function animation(film: Film, { title, description }: Words, columns: number, still: number): string {
  const inner = { width: columns * cell.width, height: film.rows * cell.height };
  const width = inner.width + 2 * margin.side;
  const height = inner.height + margin.top + margin.bottom;
  const groups = groupsOf(film);
  const seconds = (film.length / 1000).toFixed(1);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description" fill="#e6edf3">
<title id="title">${escaped(title)}</title>
<desc id="description">${escaped(description)}</desc>
<style>${lineStyles}
${stillStyles(film, groups, still)}
@media (prefers-reduced-motion:no-preference){
#reel,g[id^=w]{animation:${seconds}s step-end infinite}
#reel{animation-name:reel}
${motion(film, groups)}
}</style>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="#0d1117" stroke="#30363d"/>
${['#ff5f57', '#febc2e', '#28c840'].map((fill, at) => `<circle cx="${20 + at * 18}" cy="19" r="5.5" fill="${fill}"/>`).join('')}
<text x="${width / 2}" y="24" text-anchor="middle" class="d">${escaped(title)}</text>
<svg x="${margin.side}" y="${margin.top}" width="${inner.width}" height="${inner.height}" aria-hidden="true"><g id="reel">
${groups.map(drawn).join('\n')}
</g></svg>
</svg>
`;
}

/** Lines that appear and disappear together. */
interface Group {
  from: number;
  until: number;
  /** Undefined if they are there whenever the window shows their place. */
  id: string | undefined;
  showings: Showing[];
}

function groupsOf(film: Film): Group[] {
  const groups = new Map<string, Group>();
  for (const showing of film.showings) {
    const comesAndGoes = film.frames.some(
      ({ top }, at) =>
        (at < showing.from || at >= showing.until) && showing.row >= top && showing.row < top + film.rows,
    );
    const { from, until } = comesAndGoes ? showing : { from: 0, until: Infinity };
    const key = `${from}-${until}`;
    const id = comesAndGoes ? `w${groups.size}` : undefined;
    const group = groups.get(key) ?? { from, until, id, showings: [] };
    group.showings.push(showing);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function drawn({ id, showings }: Group): string {
  return `<g${id === undefined ? '' : ` id="${id}"`}>${showings.map(({ line }) => line).join('\n')}</g>`;
}

const moved = (top: number) => `transform:translateY(-${top * cell.height}px)`;

function stillStyles({ frames }: Film, groups: Group[], still: number): string {
  const hidden = groups.filter(({ from, until }) => still < from || still >= until);
  return `${hidden.map(({ id }) => `#${id}`).join()}{visibility:hidden}
#reel{${moved(frames[still]?.top ?? 0)}}`;
}

function motion({ frames, length }: Film, groups: Group[]): string {
  const percent = (frame: number) => `${Number((((frames[frame]?.at ?? 0) / length) * 100).toFixed(2))}%`;
  const steps = frames.flatMap(({ top }, at) =>
    at > 0 && top === frames[at - 1]?.top ? [] : `${percent(at)}{${moved(top)}}`,
  );
  const windows = groups.flatMap(({ id, from, until }) => {
    if (id === undefined) return [];
    const before = from === 0 ? '' : '0%{visibility:hidden}';
    const after = until === Infinity ? '' : `${percent(until)}{visibility:hidden}`;
    return `@keyframes ${id}{${before}${percent(from)}{visibility:visible}${after}}#${id}{animation-name:${id}}`;
  });
  return [`@keyframes reel{${steps.join('')}}`, ...windows].join('\n');
}
