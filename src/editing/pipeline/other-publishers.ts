import type { PipelineGoal } from '../pipeline-goal.ts';
import { UnsafeEdit } from '../unsafe-edit.ts';
import type { YamlTable } from '../yaml.ts';
import { uploadOf } from './commands.ts';
import { scriptOf, visibleJobs } from './jobs.ts';
import { baseJob } from './template.ts';

/** Refuses a file in which other jobs publish to PyPI: a second way would upload the same version twice. */
export function refuseOtherPublishers(data: YamlTable, ours: boolean, notes: string[]): void {
  const others = visibleJobs(data).filter(({ name }) => !(ours && /^release(-test)?$/.test(name)));
  const uploads = others.map(({ name, value }) => ({
    name,
    to: uploadOf(scriptOf(value), JSON.stringify([value.variables ?? {}, data.variables ?? {}])),
  }));
  const names = (to: string) => uploads.filter((it) => it.to === to).map(({ name }) => `'${name}'`);
  const left = names('other index');
  if (left.length > 0)
    notes.push(`The job ${left.join(' and ')} publishes to another index and is left alone.`);
  const publishing = names('pypi');
  if (publishing.length > 0) {
    throw new UnsafeEdit(
      `the job ${publishing.join(' and ')} publishes already and would have to be replaced`,
    );
  }
}

/** Refuses a file whose jobs have the names that the publishing jobs need. */
export function refuseCollisions(data: YamlTable, goal: PipelineGoal): void {
  const taken = [baseJob, ...goal.indexes.map(({ job }) => job)].filter((name) => data[name] !== undefined);
  if (taken.length > 0)
    throw new UnsafeEdit(`it has another job called ${taken.map((name) => `'${name}'`).join(' and ')}`);
}
