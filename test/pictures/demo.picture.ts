import { writeFile } from 'node:fs/promises';
import { it } from 'vitest';
import { demoQuestions, isAsked } from '../support/demo-questions.ts';
import { keys, type Session, startInTerminal } from '../support/terminal.ts';
import { animation, type Frame } from './animation.ts';
import { styledLine } from './styled-line.ts';

const size = { cols: 84, rows: 32 };

/** A picture scrolls to what came in since the last one at the pace of somebody who looks it over. */
const step = { lines: 12, seconds: 1.1, first: 3, last: 1.8 };

/** Plays the demo as somebody does who takes what is recommended, and keeps what the terminal shows. */
async function record(session: Session): Promise<Frame[]> {
  const frames: Frame[] = [];
  let seen = 0;
  const look = () => {
    const lines = session.lines().map(styledLine);
    const end = lines.findLastIndex((line) => line !== '') + 1;
    const last = Math.max(0, end - size.rows);
    for (let top = Math.min(seen, last); top < last; top += step.lines)
      frames.push({
        lines: lines.slice(top, top + size.rows),
        seconds: top === 0 ? step.first : step.seconds,
      });
    frames.push({ lines: lines.slice(last, last + size.rows), seconds: step.last });
    seen = last;
  };
  const { before, after } = demoQuestions['team-premium'];
  for (const question of [...before, ...after]) {
    await isAsked(session, question);
    look();
    session.press(keys.enter);
  }
  await isAsked(session, 'What now?');
  look();
  session.press(keys.ctrlC);
  await session.ended;
  return frames;
}

it('records the demo', async () => {
  const frames = await record(startInTerminal(['demo'], { COLORTERM: '' }, size));
  const still = frames.findIndex(({ lines }) => lines.some((line) => line.includes('How it stands')));
  await writeFile('docs/demo.svg', animation('npx gitlab-to-pypi demo', frames, size.cols, still));
});
