import type { Facts } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import { pipelineGoal } from '../goal/pipeline.ts';
import { editPipeline } from '../pipeline/index.ts';
import type { Difference } from '../pipeline/model/judge.ts';
import type { PipelineModel } from '../pipeline/model/model.ts';
import { whatHappensWhen } from '../pipeline/model/uploads.ts';
import type { VersionKind } from '../pipeline/model/version.ts';
import type { PipelineGoal } from '../pipeline/pipeline-goal.ts';
import { sdistNote } from '../python/versions/compiled.ts';
import { versionFromVcs } from '../python/versions/index.ts';
import { uvLock } from '../python/versions/uv-lock.ts';
import { versionFile } from '../python/versions/version-file.ts';
import type { EditResult } from '../text/result.ts';
import { verdictOnChild } from './child-pipeline.ts';
import { type DeclaredEdit, waitingDeclaration, withDeclaration } from './declaration-edit.ts';
import { type JudgedEdit, judgeEdit } from './judged-edit.ts';
import { wordsOfPackages } from './judgement-words.ts';
import { checksTags, isStopped, stopsOthers, versionTags } from './other-tags.ts';
import { intendedPipeline, modelOf, type Occasions } from './pipeline-model.ts';
import { releasesWheels, withPublishers } from './publishing-jobs.ts';
import { type SeveralPackages, severalPackages } from './several-packages.ts';
import { planVersion, type VersionPlan } from './version-plan.ts';

/** The edits of all files, as a single change: either all are made or none. */
export interface ProjectEdit {
  /** The edit of the Python project that gives each build its own version, and declares the choices. */
  versionEdit: EditResult;
  /** It only declares the choices. */
  onlyDeclares: boolean;
  /** The edit of the pipeline file. */
  pipelineEdit: EditResult;
  /** What happens when, before and after the edit; undefined if the pipeline cannot be read here. */
  occasions: Occasions | undefined;
  /** What the edit changes beyond its purpose, to be shown to the user. */
  told: Difference[];
}

/** Edits pipeline and Python project together, and judges the result by what the pipeline would do. */
export function editProject(facts: Facts, goal: Goal): ProjectEdit {
  const before = modelOf(facts, goal, facts.pipeline.text ?? '');
  const several = severalPackages(facts, goal.packageName, before);
  if (several !== undefined) return refusedForPackages(several, facts, before);
  const plan = planVersion(facts, before);
  const keepsWheels = before !== undefined && releasesWheels(before);
  const versionEdit = versionEditOf(facts, plan, keepsWheels);
  const { text, reading } = facts.pipeline;
  const usual = withPublishers(
    {
      ...pipelineGoal(facts, goal),
      ...(keepsWheels ? { sdistOnly: false } : {}),
      buildsFromGit: plan.kind === 'git' && !changesRequirements(versionEdit),
      ...plan.pipeline,
    },
    facts,
    before,
  );
  const versions = { before: versionNow(facts), after: afterEdit(facts, plan) };
  const happens = before && whatHappensWhen(before, versions.before);
  const edit = (wanted: PipelineGoal) => {
    const pipelineEdit =
      (happens && verdictOnChild(facts, goal, wanted, happens)) ??
      editPipeline(text, wanted, reading.included, reading.file);
    const intended = intendedPipeline(pipelineEdit, facts);
    const after = intended === undefined ? undefined : modelOf(facts, goal, intended, before);
    const judged: JudgedEdit =
      before && after
        ? judgeEdit(pipelineEdit, { before, after }, versions, { facts, goal, wanted })
        : { edit: pipelineEdit, told: [] };
    return { after, judged };
  };
  const first = edit(usual);
  const stops = before && first.after && stopsOthers(before, first.after);
  const second = stops ? edit({ ...usual, versionTags: versionTags(facts) }) : first;
  const { after, judged } = second.judged.edit.kind === 'edited' ? second : first;
  const all = together(withDeclaration(versionEdit, facts, goal), judged.edit, facts, goal);
  const now = happens?.filter((it) => !(before && checksTags(before) && isStopped(it)));
  const then =
    all.pipelineEdit.kind === 'refused'
      ? now
      : after && whatHappensWhen(after, versions.after).filter((it) => !isStopped(it));
  return { ...all, occasions: now && then && { before: now, after: then }, told: judged.told };
}

/** Jobs of one package are never changed for another. */
function refusedForPackages(
  several: SeveralPackages,
  facts: Facts,
  before: PipelineModel | undefined,
): ProjectEdit {
  const uploads = before === undefined ? [] : whatHappensWhen(before, versionNow(facts));
  const edit: EditResult = {
    kind: 'refused',
    ...wordsOfPackages(several, facts.pipeline.path.value),
    differences: [],
    notes: [],
  };
  return {
    versionEdit: edit,
    onlyDeclares: false,
    pipelineEdit: edit,
    occasions: before && { before: uploads, after: uploads },
    told: [],
  };
}

function versionEditOf(
  { python, checkout, tags }: Facts,
  plan: VersionPlan,
  keepsWheels: boolean,
): EditResult {
  if (plan.kind === 'refused')
    return { kind: 'refused', reason: plan.reason, differences: [], manual: plan.manual, notes: [] };
  if (plan.kind !== 'git') return { kind: 'unchanged', notes: plan.notes };
  const edit = versionFromVcs(python.files, { directory: checkout.directory, tags });
  const notes = edit.notes.filter((note) => !(keepsWheels && note === sdistNote));
  return { ...edit, notes: [...notes, ...plan.notes] };
}

const changesRequirements = (edit: EditResult): boolean =>
  edit.kind !== 'unchanged' && edit.differences.some(({ field }) => field.endsWith('requires'));

/** Where the version comes from today. */
function versionNow({ python: { writtenVersion, files } }: Facts): VersionKind {
  const value = writtenVersion ?? versionFile(files)?.value;
  return value === undefined ? { kind: 'git' } : { kind: 'written', value };
}

const afterEdit = (facts: Facts, plan: VersionPlan): VersionKind =>
  plan.kind === 'git' && plan.pipeline.buildTimeVersion === undefined ? { kind: 'git' } : versionNow(facts);

/** If one file cannot be edited, leave the other alone: half a change publishes the wrong thing. */
function together(
  { versionEdit, onlyDeclares }: DeclaredEdit,
  pipelineEdit: EditResult,
  facts: Facts,
  goal: Goal,
): Pick<ProjectEdit, 'versionEdit' | 'onlyDeclares' | 'pipelineEdit'> {
  const path = facts.pipeline.path.value;
  if (versionEdit.kind === 'refused' && pipelineEdit.kind === 'edited')
    return {
      versionEdit,
      onlyDeclares,
      pipelineEdit: waiting(
        pipelineEdit,
        path,
        'the version of the project has to be changed first',
        ' with a version from git',
      ),
    };
  if (pipelineEdit.kind === 'refused' && onlyDeclares)
    return { versionEdit: waitingDeclaration(facts, goal), onlyDeclares, pipelineEdit };
  if (pipelineEdit.kind === 'refused' && versionEdit.kind === 'edited') {
    const [file] = versionEdit.edits;
    return {
      versionEdit: waiting(versionEdit, file?.path ?? 'pyproject.toml', `${path} has to be changed first`),
      onlyDeclares,
      pipelineEdit,
    };
  }
  return { versionEdit, onlyDeclares, pipelineEdit };
}

function waiting(
  edit: Extract<EditResult, { kind: 'edited' }>,
  path: string,
  why: string,
  how = '',
): EditResult {
  return {
    kind: 'refused',
    reason: `${path} is not edited, because ${why}: both are one change.`,
    differences: edit.differences,
    manual: wholeText(edit, how),
    // The notes tell what the edit would have done.
    notes: [],
  };
}

/** The text that would have been written, for the user to copy from. */
function wholeText({ edits }: Extract<EditResult, { kind: 'edited' }>, how: string): string {
  return edits
    .map(({ path, after }) =>
      path.endsWith(uvLock)
        ? `${path}: run 'uv lock' afterwards.\n`
        : `${path} as it would have been written${how}:\n\n${after}`,
    )
    .join('\n');
}
