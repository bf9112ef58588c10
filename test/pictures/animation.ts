import { cell, escaped } from './styled-line.ts';

/** What a terminal shows for some time: its lines as SVG text. */
export interface Frame {
  lines: string[];
  seconds: number;
}

const margin = { side: 16, top: 44, bottom: 14 };

const look = `text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}
.b{font-weight:bold}.d{opacity:.6}.f{visibility:hidden}.s{visibility:visible}`;

/**
 * The frames one after the other, again and again; `still` is the one to show to whoever wants no motion. Nothing in it
 * comes from elsewhere, so that it plays as an image in a page.
 */
export function animation(title: string, frames: Frame[], columns: number, still: number): string {
  const rows = Math.max(...frames.map(({ lines }) => lines.length));
  const width = Math.round(columns * cell.width + 2 * margin.side);
  const height = rows * cell.height + margin.top + margin.bottom;
  const known = new Map<string, string>();
  const groups = frames.map((frame, at) => groupOf(frame, at, at === still, known));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" fill="#e6edf3">
<title>${escaped(title)}</title>
<style>${look}
@media (prefers-reduced-motion:no-preference){.s{visibility:hidden}
${keyframes(frames)}}</style>
<defs>${[...known].map(([line, id]) => `<g id="${id}">${line}</g>`).join('\n')}</defs>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
${['#ff5f57', '#febc2e', '#28c840'].map((fill, at) => `<circle cx="${20 + at * 18}" cy="19" r="5.5" fill="${fill}"/>`).join('')}
<text x="${width / 2}" y="24" text-anchor="middle" class="d">${escaped(title)}</text>
<g transform="translate(${margin.side} ${margin.top + 13})">
${groups.join('\n')}
</g></svg>
`;
}

function groupOf({ lines }: Frame, at: number, isStill: boolean, known: Map<string, string>): string {
  const uses = lines.map((line, row) => {
    if (line === '') return '';
    const id = known.get(line) ?? `l${known.size}`;
    known.set(line, id);
    return `<use href="#${id}" y="${row * cell.height}"/>`;
  });
  return `<g id="f${at}" class="${isStill ? 'f s' : 'f'}">${uses.join('')}</g>`;
}

function keyframes(frames: Frame[]): string {
  const total = frames.reduce((sum, { seconds }) => sum + seconds, 0);
  let passed = 0;
  return frames
    .map(({ seconds }, at) => {
      const from = ((passed / total) * 100).toFixed(2);
      passed += seconds;
      const to = ((passed / total) * 100).toFixed(2);
      const hidden = at === 0 ? '' : '0%{visibility:hidden}';
      return `@keyframes k${at}{${hidden}${from}%{visibility:visible}${to}%,100%{visibility:hidden}}#f${at}{animation:k${at} ${total.toFixed(1)}s step-end infinite}`;
    })
    .join('\n');
}
