import { writeFile } from 'node:fs/promises';
import { it } from 'vitest';
import { animation } from './animation.ts';
import { filmOf } from './film.ts';
import { recording } from './recording.ts';

const size = { cols: 84, rows: 32 };

const words = {
  title: 'gitlab-to-pypi demo',
  description:
    'A recording of a terminal. The program shows what it found and how each setting stands, asks how releases are ' +
    'to be protected and by whom, shows the plan, puts it in place, opens the pages on which the publishers are registered, ' +
    'and rehearses a release, which somebody else approves and which ends on PyPI.',
};

it('records the demo', async () => {
  const film = await filmOf(await recording('gitlab-to-pypi demo', size), size);
  const question = film.showings.find(({ line }) => line.includes('◆'));
  const still = (question?.until ?? 1) - 1;
  await writeFile('docs/demo.svg', animation(film, words, size.cols, still));
});
