import type { PipelineGoal } from '../pipeline-goal.ts';
import { UnsafeEdit } from '../unsafe-edit.ts';
import type { YamlTable } from '../yaml.ts';
import { rolesOf } from './recognise/roles.ts';

/** Says which jobs are left alone and why. Throws `UnsafeEdit` where one script uploads to several indexes. */
export function tellOfOthers(data: YamlTable, goal: PipelineGoal, notes: string[]): void {
  const { mixed, elsewhere, besides, doubtful } = rolesOf(data, goal.indexes);
  const names = (jobs: string[]) => jobs.map((name) => `'${name}'`).join(' and ');
  if (elsewhere.length > 0)
    notes.push(`The job ${names(elsewhere)} publishes to another index and is left alone.`);
  if (besides.length > 0) {
    notes.push(
      `The job ${names(besides)} publishes to the same index in another way and is left alone; take it out, since an index takes each file once.`,
    );
  }
  for (const { name, command } of doubtful) {
    notes.push(
      `The job '${name}' runs '${command}', which may publish; if it does, take that out, since an index takes each file once.`,
    );
  }
  if (mixed.length > 0) throw new UnsafeEdit(`the job ${names(mixed)} uploads to several indexes by itself`);
}
