import { parse } from 'yaml';
import { editPipeline, readPipeline } from '../../src/pipeline/index.ts';
import { versionFromVcs } from '../../src/python/versions/index.ts';
import type { EditResult } from '../../src/text/result.ts';
import { goalWith } from '../pipeline/pipeline-goal.ts';
import { longPipeline, longPyproject } from './editing-documents.ts';
import { against, type Figure, inTurn } from './figures.ts';

/** Time to read and edit long files. */
export async function editing(): Promise<Figure[]> {
  const [pipeline, longest, pyproject] = [longPipeline(2_000), longPipeline(20_000), longPyproject(5_000)];
  const medians = await inTurn(11, {
    pipeline: () => timeOf(pipeline, editOfPipeline),
    longest: () => timeOf(longest, editOfPipeline),
    parse: () => timeOf(longest, parse),
    pyproject: () =>
      timeOf(pyproject, (text) =>
        requireEdited(versionFromVcs({ 'pyproject.toml': text }, { directory: '.' })),
      ),
  });
  return [
    { what: 'editing a pipeline of 2,000 lines', measured: medians.pipeline, limit: 150, unit: 'ms' },
    {
      what: 'editing a pipeline of 20,000 lines',
      measured: medians.longest,
      unit: 'ms',
      ...against('one parse by yaml', medians.parse, 4),
    },
    { what: 'editing a pyproject.toml of 5,000 lines', measured: medians.pyproject, limit: 150, unit: 'ms' },
  ];
}

function editOfPipeline(text: string): void {
  const { file } = readPipeline(text, []);
  requireEdited(editPipeline(text, goalWith(), {}, file));
}

function requireEdited({ kind }: EditResult): void {
  if (kind !== 'edited') throw new Error(`The long document came out as ${kind}.`);
}

let documents = 0;

function timeOf(text: string, work: (text: string) => unknown): number {
  documents += 1;
  // A different text each time, to defeat caches.
  const another = `${text}# ${documents}\n`;
  const started = performance.now();
  work(another);
  return performance.now() - started;
}
