import { expect, it } from 'vitest';
import { editing } from './editing.ts';
import { holds, tableOf } from './figures.ts';
import { installing } from './installing.ts';
import { largeProjects } from './large-projects.ts';
import { starting } from './starting.ts';
import { waiting } from './waiting.ts';

it('stays within the limits', async () => {
  const figures = [
    ...(await starting()),
    ...(await waiting()),
    ...(await largeProjects()),
    ...(await editing()),
    ...(await installing()),
  ];
  console.log(
    `\n${tableOf(figures)}\n\nNode.js ${process.versions.node}, all in turn in one run: the fastest of 25 starts, medians of the rest.\n`,
  );
  expect(figures.filter((figure) => !holds(figure)).map(({ what }) => what)).toEqual([]);
});
