import { isDeepStrictEqual } from 'node:util';
import { kindsBuilt } from '../recognise/commands.ts';
import { buildsDistributions } from './builds.ts';
import type { Command } from './commands.ts';
import { isSamePipeline } from './jobs.ts';
import type { PipelineModel } from './model.ts';
import { mayRun } from './starts.ts';
import type { ModelJob } from './types.ts';
import type { Upload } from './uploads.ts';

/** What happens when, with the jobs that do it. */
export interface Happening {
  uploads: Upload[];
  model: PipelineModel;
}

/** Whether two uploads go to the same place on the same occasion. */
export const sameTarget = (one: Upload, other: Upload) =>
  one.occasion === other.occasion && isDeepStrictEqual(one.target, other.target);

/**
 * The jobs whose files reached an upload's target before and do not any more; not those whose build another job has
 * taken over, or that only signed or handed on what they got.
 */
export function jobsLost(upload: Upload, before: Happening, after: Happening): string[] {
  const earlier = before.uploads.filter((it) => sameTarget(it, upload));
  const now = suppliersOf(upload, after);
  const kinds = now.flatMap(kindsOf);
  const hasBuilt = earlier.some(({ publication }) => publication.builds);
  const isLost = (job: ModelJob) => {
    if (now.some(({ name }) => name === job.name)) return false;
    if (!builds(job))
      return before.model.publications.every((it) => it.job !== job.name) && converts(job, earlier);
    // What the uploading job had built itself may have replaced what others built.
    const isKept = !hasBuilt && after.model.jobs.some((it) => it.name === job.name && builds(it));
    return isKept || !kindsOf(job).every((kind) => kinds.includes(kind));
  };
  return suppliersOf(upload, before)
    .filter(isLost)
    .map(({ name }) => name);
}

/** Whether some job builds what is uploaded: the uploading one, or one whose files reach it. */
export const isBuilt = (upload: Upload, model: PipelineModel) =>
  suppliersOf(upload, { uploads: [upload], model }).some((it) => it.name === upload.job || builds(it));

const builds = ({ commands }: ModelJob) => commands.some(buildsDistributions);

/** Whether a job that builds and signs nothing leaves what is uploaded; one that tests may have this from a template. */
const converts = ({ commands, leaves }: ModelJob, uploads: Upload[]) =>
  !commands.some(({ tool }) => /^(?:pytest|coverage|tox|nox|pypi.attestations)$/.test(tool ?? '')) &&
  leaves.some((leaf) => !isOpen(leaf) && uploads.some(({ files }) => holds(leaf, files)));

const kindsOf = ({ commands }: ModelJob) =>
  commands.filter(buildsDistributions).flatMap(({ text }) => kindsBuilt(text));

/** The jobs that leave what reaches an upload's target, directly or through others; the uploading ones if they build it. */
function suppliersOf(upload: Upload, { uploads, model }: Happening): ModelJob[] {
  const found = new Set<ModelJob>();
  const follow = (job: ModelJob, wanted: string[]) => {
    for (const name of job.takesFrom) {
      const source = model.jobs.find((it) => it.name === name && isSamePipeline(it.origin, job.origin));
      if (source === undefined || found.has(source) || !mayRun(source.starts[upload.occasion])) continue;
      const left = source.leaves.filter((leaf) => mayHold(leaf, wanted) && !isReport.test(leaf));
      if (left.length === 0) continue;
      found.add(source);
      follow(source, left);
    }
  };
  for (const { job: name, origin, files, publication } of uploads.filter((it) => sameTarget(it, upload))) {
    const job = model.jobs.find((it) => it.name === name && isSamePipeline(it.origin, origin));
    if (job === undefined) continue;
    if (publication.builds) found.add(job);
    if (!publication.builds || !job.commands.some((it) => empties(it, files))) follow(job, files);
  }
  return [...found];
}

const empties = ({ tool, args }: Command, files: string[]) =>
  tool === 'rm' && args.some((arg) => files.some((file) => isWithin(file, plain(arg))));

const isReport = /\.(?:xml|html|json|txt|log)$/;

/** Whether an artifact path may hold some of these files; unknown ones may be anywhere. */
const mayHold = (leaf: string, files: string[]) =>
  files.length === 0 || [leaf, ...files].some(isOpen) || holds(leaf, files);

const isOpen = (path: string) => /\$|\*\*|^\.?\/?$/.test(path);

const holds = (leaf: string, files: string[]) =>
  files.some((file) => isWithin(file, plain(leaf)) || meet(leaf, file));

export const isWithin = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

export const plain = (path: string) => path.replace(/^\.\//, '').replace(/\/(?:\*{1,2})?$/, '');

/** Whether two lists of patterns may match the same file; unknown ones may. */
export function overlap(one: string[], other: string[]): boolean {
  if (one.length === 0 || other.length === 0) return true;
  return one.some((left) => other.some((right) => meet(left, right)));
}

function meet(one: string, other: string): boolean {
  const [[folder, end], [otherFolder, otherEnd]] = [folderAndEnd(one), folderAndEnd(other)];
  return folder === otherFolder && (!end || !otherEnd || end === otherEnd);
}

const folderAndEnd = (path: string) => /^(.*\/)?[^/]*?(\.[\w.]+)?$/.exec(path)?.slice(1) ?? [];
