import type { Facts } from '../facts/index.ts';
import type { PipelineModel } from '../pipeline/model/model.ts';
import { mayRun } from '../pipeline/model/starts.ts';
import type { ModelJob } from '../pipeline/model/types.ts';
import type { Upload } from '../pipeline/model/uploads.ts';
import { waitingOn } from '../pipeline/model/waits.ts';
import { lines } from '../pipeline/recognise/jobs.ts';
import { isTagCheck } from '../pipeline/tag-check.ts';

const checksTag = ({ value }: ModelJob): boolean => lines(value.script).some(isTagCheck);

/** Whether a pipeline checks what was built, by which no tag is published that is no version. */
export const checksTags = ({ jobs }: PipelineModel): boolean => jobs.some(checksTag);

/** An upload that the check of what was built stops. */
export const isStopped = ({ occasion, target }: Upload): boolean =>
  occasion === 'other-tag' && target.kind === 'index';

/** Whether jobs of the project would no longer run on tags that are no version, as the check before them fails there. */
export function stopsOthers(before: PipelineModel, after: PipelineModel): boolean {
  const all = [...after.jobs, ...after.triggers];
  const checkers = after.jobs.filter(checksTag).map(({ name }) => name);
  const uploads = new Set(after.publications.map(({ job }) => job));
  return [...before.jobs, ...before.triggers].some(({ name }) => {
    const job = all.find((it) => it.name === name && !uploads.has(name));
    if (job === undefined || !mayRun(job.starts['other-tag'])) return false;
    return waitingOn('other-tag', job, all).behind.some((it) => checkers.includes(it));
  });
}

/** A regular expression for the tags that are versions, with prefixes if the project has such. */
export const versionTags = ({ tags }: Pick<Facts, 'tags'>): string =>
  tags.some((tag) => /[-_/]v?\d+\.\d/i.test(tag)) ? '/^(.*[-_\\/])?v?\\d/' : '/^v?\\d/';
