import { describe, expect, it } from 'vitest';
import { editPipeline } from '../../src/pipeline/index.ts';
import type { EditResult } from '../../src/text/result.ts';
import { corpus } from '../support/tools.ts';
import { editOfCorpusFile } from './corpus-edit.ts';
import { goalWith } from './pipeline-goal.ts';

const kinds = ['edited', 'unchanged', 'refused'] as const;

const rows: { name: string; results: { file: string; result: EditResult }[] }[] = [
  {
    name: 'pyproject.toml',
    results: corpus('pyproject').map(({ name, text }) => ({ file: name, result: editOfCorpusFile(text) })),
  },
  {
    name: '.gitlab-ci.yml',
    results: corpus('gitlab-ci').map(({ name, text }) => ({
      file: name,
      result: editPipeline(text, goalWith()),
    })),
  },
];

const count = (results: { result: EditResult }[], kind: EditResult['kind']) =>
  results.filter(({ result }) => result.kind === kind).length;

describe.skipIf(rows.every(({ results }) => results.length === 0))('the files of the corpus', () => {
  it('are refused in less than three per cent, each with its reason', () => {
    const all = rows.flatMap(({ results }) => results);
    const lines = [...rows, { name: 'all', results: all }].map(({ name, results }) =>
      [name.padEnd(16), results.length, ...kinds.map((kind) => count(results, kind))]
        .map((cell) => String(cell).padStart(9))
        .join(' '),
    );
    const refused = all.flatMap(({ file, result }) => (result.kind === 'refused' ? [{ file, result }] : []));
    const reasons = refused.map(({ file, result }) => `${file}: ${result.reason}`);
    console.log(
      [
        ['file'.padEnd(16), 'files', ...kinds].map((it) => it.padStart(9)).join(' '),
        ...lines,
        ...reasons,
      ].join('\n'),
    );
    expect(refused.length / all.length).toBeLessThan(0.03);
    for (const { result } of refused) expect(result.reason + result.manual).toMatch(/\w{3}.*\./s);
  });
});
