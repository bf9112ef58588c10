import type { Facts } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import { tokenKeys } from '../indexes/upload-variables.ts';
import type { IndexId } from '../kernel/route.ts';
import { jobsToPaste } from '../pipeline/index.ts';
import { type Agreed, type Difference, type Judgement, judge } from '../pipeline/model/judge.ts';
import type { PipelineModel } from '../pipeline/model/model.ts';
import type { PipelineGoal } from '../pipeline/pipeline-goal.ts';
import { merge } from '../pipeline/recognise/jobs.ts';
import type { EditResult } from '../text/result.ts';
import { reasonsOf } from './judgement-words.ts';

/** An edit, or its refusal, and what it changes beyond its purpose. */
export interface JudgedEdit {
  edit: EditResult;
  told: Difference[];
}

/** Judges an edit by what the pipeline does before and after it; refuses one after which it would not do what it should. */
export function judgeEdit(
  edit: EditResult,
  { before, after }: { before: PipelineModel; after: PipelineModel },
  versions: Agreed['versions'],
  { facts, goal, wanted }: { facts: Facts; goal: Goal; wanted: PipelineGoal },
): JudgedEdit {
  const judgement = allowChosen(judge(before, after, agreedTo(goal, versions, wanted)), goal);
  const judged = refuseWrong(edit, judgement, facts, wanted);
  return { edit: judged, told: judged.kind === 'edited' ? judgement.told : [] };
}

const tags = ['version-tag', 'pre-release-tag', 'other-tag'] as const;

/** Pipelines of forks and merge requests, and those to which anyone can pass variables. */
const unsafe = ['merge-request', 'other-branch', 'web', 'api', 'trigger'] as const;

/** Uploads that may start, since they are the purpose, and those that may end, since anyone could trigger them. */
function agreedTo(goal: Goal, versions: Agreed['versions'], { versionTags }: PipelineGoal): Agreed {
  const places = <T extends readonly string[]>(index: IndexId, occasions: T) =>
    occasions.map((occasion) => ({ index, occasion: occasion as T[number] }));
  const key = tokenKeys[goal.publishWith.value];
  return {
    adds: [...places('pypi', tags), ...places('testpypi', ['default-branch'] as const)],
    ends: [
      ...places('pypi', [...unsafe, 'default-branch', 'schedule'] as const),
      ...places('testpypi', unsafe),
      ...(versionTags === undefined ? [] : places('pypi', ['other-tag'] as const)),
      ...(goal.occasions.value === 'own' ? [] : places('testpypi', [...tags, 'schedule'] as const)),
    ],
    ...(goal.route.value === 'token' ? { tokens: { pypi: key, testpypi: key } } : {}),
    versions,
  };
}

/** If the user named the publishing job, another one next to it is shown but does not block. */
function allowChosen({ wrong, told }: Judgement, { jobs }: Goal): Judgement {
  const chosen = [jobs.releaseJob?.value, jobs.testJob?.value].filter((name) => name !== undefined);
  const isBeside = (it: Difference) =>
    (it.kind === 'two-publishers' && it.jobs.some((job) => chosen.includes(job))) ||
    (it.kind === 'other-credential' && chosen.length > 0 && !chosen.includes(it.upload.job));
  return { wrong: wrong.filter((it) => !isBeside(it)), told: [...told, ...wrong.filter(isBeside)] };
}

/** Refuses an edit after which the pipeline would not do what it should. */
function refuseWrong(edit: EditResult, { wrong }: Judgement, facts: Facts, wanted: PipelineGoal): EditResult {
  const isNew = (job: string) => !facts.pipeline.reading.jobs.includes(job);
  const reasons = reasonsOf(wrong, isNew);
  if (edit.kind === 'refused' || reasons.length === 0) return edit;
  const { value: path } = facts.pipeline.path;
  if (edit.kind === 'unchanged') {
    const serious = wrong.filter(({ kind }) => kind === 'two-publishers' || kind === 'other-credential');
    const [first] = reasonsOf(serious);
    if (first === undefined) return edit;
    return {
      ...edit,
      kind: 'refused',
      reason: `${path} does not publish as it should: ${first}.`,
      differences: [],
      manual: `Change that in ${path} by hand; nothing else has to change there.`,
    };
  }
  const more = reasons.length > 3 ? `, and ${reasons.length - 3} more` : '';
  return refused(`then ${reasons.slice(0, 3).join('; ')}${more}`, facts, wanted);
}

/** A refused edit of the pipeline, with the jobs to paste; no notes, since those tell what the edit would have done. */
function refused(because: string, { pipeline }: Facts, wanted: PipelineGoal): EditResult {
  const { included, file } = pipeline.reading;
  return {
    kind: 'refused',
    reason: `${pipeline.path.value} is not edited, because ${because}.`,
    differences: [],
    manual: jobsToPaste(wanted, merge(included, file?.data ?? {})),
    notes: [],
  };
}
