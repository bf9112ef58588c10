import type { PipelineGoal } from '../pipeline-goal.ts';
import { UnsafeEdit } from '../unsafe-edit.ts';
import type { Roles } from './recognise/roles.ts';

/** Says which jobs are left alone and why. Throws `UnsafeEdit` where one script uploads to several indexes. */
export function tellOfOthers(
  roles: Roles,
  { indexes, buildTimeVersion }: PipelineGoal,
  notes: string[],
): void {
  const { mixed, elsewhere, besides, doubtful } = roles;
  const names = (jobs: string[]) => jobs.map((name) => `'${name}'`).join(' and ');
  if (elsewhere.length > 0)
    notes.push(`The job ${names(elsewhere)} publishes to another index and is left alone.`);
  if (besides.length > 0) {
    notes.push(
      `The job ${names(besides)} publishes to the same index in another way and is left alone; take it out, since an index takes each file once.`,
    );
  }
  const toTestPyPI = roles.publishers.testpypi.map(({ name }) => name);
  if (toTestPyPI.length > 0 && !indexes.some(({ id }) => id === 'testpypi'))
    notes.push(`The job ${names(toTestPyPI)} publishes to TestPyPI and is left alone.`);
  for (const { name, command } of doubtful) {
    notes.push(
      `The job '${name}' runs '${command}', which may publish; if it does, take that out, since an index takes each file once.`,
    );
  }
  for (const { name, command } of buildTimeVersion === undefined ? roles.comparing : []) {
    notes.push(
      `The job '${name}' compares the tag with the written version (${command}); the version comes from the tag now, so take that out.`,
    );
  }
  if (mixed.length > 0) throw new UnsafeEdit(`the job ${names(mixed)} uploads to several indexes by itself`);
}
