import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type PipelineModel, readModel } from '../../../src/pipeline/model/model.ts';
import { mayRun, surelyRuns } from '../../../src/pipeline/model/starts.ts';
import { whatHappensWhen } from '../../../src/pipeline/model/uploads.ts';
import { officialIndexes } from '../../../src/pipeline/recognise/uploads.ts';
import { corpus } from '../../support/tools.ts';

const files = corpus('gitlab-ci');
/** Rewritten with UPDATE_TABLES=1; review before committing. */
const table = join(import.meta.dirname, 'corpus-model.txt');

function modelOf(text: string): PipelineModel {
  return readModel({
    text,
    project: { defaultBranch: 'main', projectPath: 'group/project' },
    indexes: officialIndexes,
    readFile: () => undefined,
  });
}

/** One line per file: how many jobs run on each occasion, plus `+n` that a condition may let run. */
function linesOf(name: string, text: string): string[] {
  const model = modelOf(text);
  const counts = model.occasions.map(({ id }) => {
    const sure = model.jobs.filter((job) => surelyRuns(job.starts[id])).length;
    const open = model.jobs.filter((job) => mayRun(job.starts[id])).length - sure;
    return `${sure}${open > 0 ? `+${open}` : ''}`.padStart(8);
  });
  const numbers = [
    model.jobs.length,
    model.jobs.flatMap(({ commands }) => commands).length,
    model.holes.length,
  ];
  const cells = numbers.map((count) => String(count).padStart(8));
  const uploads = whatHappensWhen(model, { kind: 'written', value: '1.2.3' }).map(
    ({ occasion, target, job, files: uploaded, credential, start }) => {
      const where = target.kind === 'index' ? target.id : target.kind;
      return `    ${occasion}: ${job} uploads ${uploaded.join(' ')} to ${where} by ${credential.kind} (${start.kind})`;
    },
  );
  return [`${name.padEnd(44)}${cells.join('')}${counts.join('')}`, ...uploads];
}

describe.skipIf(files.length === 0)('the model of the corpus', () => {
  it('matches the reviewed table', () => {
    const heads = [
      'jobs',
      'commands',
      'holes',
      'default',
      'branch',
      'version',
      'pre',
      'tag',
      'mr',
      'schedule',
      'web',
      'api',
      'trigger',
    ];
    const head = `${''.padEnd(44)}${heads.map((it) => it.padStart(8)).join('')}`;
    const lines = [head, ...files.flatMap(({ name, text }) => linesOf(name, text))];
    const found = `${lines.join('\n')}\n`;
    if (process.env.UPDATE_TABLES === '1') writeFileSync(table, found);
    expect(found).toBe(existsSync(table) ? readFileSync(table, 'utf8') : '');
  });
});
