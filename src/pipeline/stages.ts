import { UnsafeEdit } from '../text/result.ts';
import type { YamlTable } from '../text/yaml/document.ts';
import { jobOf, type PipelineEdit, type PublishingJob } from './edit.ts';
import { lines, resolveJob, stageOf } from './recognise/jobs.ts';
import type { Surroundings } from './template.ts';
import { want } from './want.ts';

/** The default stages: https://docs.gitlab.com/ci/yaml/#stages */
const usual = ['build', 'test', 'deploy'];

/** The stages for building and publishing. */
export function stagesFor(
  data: YamlTable,
  builders: string[],
  publishing: PublishingJob[],
): Pick<Surroundings, 'buildStage' | 'checkStage' | 'publishStage'> {
  const all = stagesOf(data);
  const stageNamed = (name: string) => stageOf(resolveJob(data, name)?.value ?? {});
  const places = publishing.filter(({ exists }) => exists).map(({ name }) => all.indexOf(stageNamed(name)));
  const first = Math.min(...places.filter((it) => it >= 0));
  const usualBuild = all.find((it) => /^build$/i.test(it)) ?? 'build';
  // GitLab lets no job need one of a later stage.
  const free = all.indexOf(usualBuild) <= first ? usualBuild : first > 0 ? (all[0] ?? '.pre') : '.pre';
  const stages = builders.length > 0 ? builders.map(stageNamed) : [free];
  const last = Math.max(...stages.map((stage) => all.indexOf(stage)));
  const buildStage = stages.findLast((stage) => all.indexOf(stage) === last) ?? 'build';
  const behind = (stage: string) => all.indexOf(stage) > last;
  const used = publishing.map(({ name }) => resolveJob(data, name)?.value.stage);
  const wanted = [...used.filter((stage) => typeof stage === 'string'), 'deploy', 'publish', 'release'];
  const found = wanted.find((stage) => all.includes(stage) && behind(stage));
  const publishStage =
    found ?? ['deploy', 'publish', 'release'].find((stage) => !all.includes(stage)) ?? 'upload';
  const publishes = publishing.map(({ name, exists }) => (exists ? stageNamed(name) : publishStage));
  return { buildStage, checkStage: stageBefore(publishes, buildStage, all), publishStage };
}

/** The last stage after one of `all`, and before all others of these, some of which may yet have to be added at the end. */
export function stageBefore(others: string[], stage: string, all: string[]): string {
  const places = others.filter((it) => all.includes(it)).map((it) => all.indexOf(it));
  const between = all.slice(all.indexOf(stage) + 1, Math.min(...places, all.length));
  return between.findLast((it) => !/^\.(?:pre|post)$/.test(it)) ?? stage;
}

/** Whether one stage finishes before another starts. */
export function isEarlier(data: YamlTable, stage: string, than: string): boolean {
  const all = ['.pre', ...stagesOf(data), '.post'];
  return all.indexOf(stage) < all.indexOf(than);
}

/** A stage with jobs, at the start or end of the list. */
interface AddedStage {
  stage: string;
  first: boolean;
}

/** Adds the jobs' stages to the list: building first, publishing last. */
export function addStages(edit: PipelineEdit): void {
  const { draft, included } = edit;
  const own = draft.data.stages;
  const stages = lines(own ?? included.stages ?? usual);
  const made = stagesOfNewJobs(edit).filter((it) => isAbsent(it, stages));
  // The stage of a job may have been removed from the list. Without a list, it may come from an included file.
  if (own === undefined && made.length === 0) return;
  const added = [...made, ...stagesOfOldJobs(edit).filter((it) => isAbsent(it, stages))].filter(isFirst);
  if (added.length === 0) return;
  if (own !== undefined && !Array.isArray(own)) throw new UnsafeEdit("its 'stages' are not a list");
  if (own?.some((it) => typeof it !== 'string')) throw new UnsafeEdit("its 'stages' are defined elsewhere");
  const before = added.flatMap(({ stage, first }) => (first ? [stage] : [])).toReversed();
  const behind = added.flatMap(({ stage, first }) => (first ? [] : [stage]));
  const start = stages[0] === '.pre' ? 1 : 0;
  const end = stages.length - (stages.at(-1) === '.post' ? 1 : 0);
  const middle = stages.slice(start, end);
  const all = [...stages.slice(0, start), ...before, ...middle, ...behind, ...stages.slice(end)];
  want(edit, ['stages'], all, { current: stages });
}

function isAbsent({ stage }: AddedStage, stages: string[]): boolean {
  return !stages.includes(stage) && !/^\.(pre|post)$/.test(stage);
}

function isFirst({ stage }: AddedStage, index: number, all: AddedStage[]): boolean {
  return all.findIndex((it) => it.stage === stage) === index;
}

function stagesOfNewJobs({ around, builders, publishing }: PipelineEdit): AddedStage[] {
  return [
    ...(builders.length === 0 ? [{ stage: around.buildStage, first: true }] : []),
    ...(publishing.some(({ exists }) => !exists) ? [{ stage: around.publishStage, first: false }] : []),
  ];
}

function stagesOfOldJobs(edit: PipelineEdit): AddedStage[] {
  const { builders, publishing } = edit;
  const existing = publishing.filter(({ exists }) => exists).map(({ name }) => name);
  return [...builders, ...existing].flatMap((name) => {
    const { stage } = jobOf(edit, name);
    return typeof stage === 'string' ? [{ stage, first: builders.includes(name) }] : [];
  });
}

/** The stages of a file, in order. */
export function stagesOf(data: YamlTable): string[] {
  return data.stages === undefined ? usual : lines(data.stages);
}
