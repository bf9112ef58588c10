import { editPipeline, readPipeline } from '../../src/pipeline/index.ts';
import { versionFromVcs } from '../../src/python/versions/index.ts';
import type { EditResult } from '../../src/text/result.ts';
import { goalWith } from '../pipeline/pipeline-goal.ts';
import { longPipeline, longPyproject } from './editing-documents.ts';
import { type Figure, inTurn } from './figures.ts';

/** How long long files take to be read and edited. */
export async function editing(): Promise<Figure[]> {
  const [pipeline, pyproject] = [longPipeline(20_000), longPyproject(5_000)];
  const medians = await inTurn(11, {
    pipeline: () => timeOf(pipeline, editOfPipeline),
    pyproject: () =>
      timeOf(pyproject, (text) => versionFromVcs({ 'pyproject.toml': text }, { directory: '.' })),
  });
  return [
    { what: 'editing a pipeline of 20,000 lines', measured: medians.pipeline, limit: 150, unit: 'ms' },
    { what: 'editing a pyproject.toml of 5,000 lines', measured: medians.pyproject, limit: 150, unit: 'ms' },
  ];
}

function editOfPipeline(text: string): EditResult {
  readPipeline(text, []);
  return editPipeline(text, goalWith());
}

let documents = 0;

function timeOf(text: string, edit: (text: string) => EditResult): number {
  documents += 1;
  // Another text each time, so that nothing is remembered.
  const another = `${text}# ${documents}\n`;
  const started = performance.now();
  const { kind } = edit(another);
  const taken = performance.now() - started;
  if (kind !== 'edited') throw new Error(`The long document came out as ${kind}.`);
  return taken;
}
