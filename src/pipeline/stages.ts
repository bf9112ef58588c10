import { UnsafeEdit } from '../text/unsafe-edit.ts';
import type { YamlTable } from '../text/yaml/document.ts';
import { insertItem, setYaml } from '../text/yaml/draft.ts';
import { jobOf, note, type PipelineEdit, type PublishingJob } from './edit.ts';
import { lines, resolveJob } from './recognise/jobs.ts';
import type { Surroundings } from './template.ts';

/** The stages where nothing else is said: https://docs.gitlab.com/ci/yaml/#stages */
const usual = ['build', 'test', 'deploy'];

/** In which stages building and publishing belong. */
export function stagesFor(
  data: YamlTable,
  builders: string[],
  publishing: PublishingJob[],
): Pick<Surroundings, 'buildStage' | 'publishStage'> {
  const all = stagesOf(data);
  const stageOf = (name: string) => String(resolveJob(data, name)?.value.stage ?? 'test');
  const last = Math.max(...builders.map((name) => all.indexOf(stageOf(name))), -1);
  const lastStage = builders.map(stageOf).findLast((stage) => all.indexOf(stage) === last);
  const buildStage = lastStage ?? 'build';
  const behind = (stage: string) => all.indexOf(stage) > last;
  const used = publishing.map(({ name }) => resolveJob(data, name)?.value.stage);
  const wanted = [...used.filter((stage) => typeof stage === 'string'), 'deploy', 'publish', 'release'];
  const found = wanted.find((stage) => all.includes(stage) && behind(stage));
  return { buildStage, publishStage: found ?? (all.includes('deploy') ? 'publish' : 'deploy') };
}

/** Whether a job of one stage is done before those of another begin. */
export function isEarlier(data: YamlTable, stage: string, than: string): boolean {
  const all = ['.pre', ...stagesOf(data), '.post'];
  return all.indexOf(stage) < all.indexOf(than);
}

/** Brings the stages of the jobs into the list: building first, publishing last. */
export function addStages(edit: PipelineEdit): void {
  const { around, builders, publishing } = edit;
  if (builders.length === 0) addStage(edit, around.buildStage, true);
  if (publishing.some(({ exists }) => !exists)) addStage(edit, around.publishStage, false);
  // A job may stand in a stage that has been taken out of the list since; without a list it may be one of an included file.
  if (edit.draft.data.stages === undefined) return;
  for (const name of [...builders, ...publishing.filter(({ exists }) => exists).map((it) => it.name)]) {
    const { stage } = jobOf(edit, name);
    if (typeof stage === 'string') addStage(edit, stage, builders.includes(name));
  }
}

function stagesOf(data: YamlTable): string[] {
  return data.stages === undefined ? usual : lines(data.stages);
}

function addStage(edit: PipelineEdit, stage: string, first: boolean): void {
  const { draft, included } = edit;
  const own = draft.data.stages;
  const present = own ?? included.stages ?? usual;
  if (lines(present).includes(stage) || /^\.(pre|post)$/.test(stage)) return;
  if (own !== undefined && !Array.isArray(own)) throw new UnsafeEdit("its 'stages' are not a list");
  const stages = lines(present);
  const edge = first ? (stages[0] === '.pre' ? 1 : 0) : stages.length - (stages.at(-1) === '.post' ? 1 : 0);
  if (own === undefined) setYaml(draft, ['stages'], stages.toSpliced(edge, 0, stage));
  else if (own.every((it) => typeof it === 'string')) insertItem(draft, ['stages'], edge, stage);
  else throw new UnsafeEdit("its 'stages' are defined elsewhere");
  note(edit, ['stages'], stages, draft.data.stages ?? null);
}
