import { isDeepStrictEqual } from 'node:util';
import { type Facts, knownIndexes } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import { pipelineGoal } from '../goal/pipeline.ts';
import { tokenKeys } from '../indexes/upload-variables.ts';
import type { IndexId } from '../kernel/route.ts';
import { editPipeline, jobsToPaste } from '../pipeline/index.ts';
import { jobsBehind } from '../pipeline/model/builds.ts';
import { type Agreed, type Difference, type Judgement, judge } from '../pipeline/model/judge.ts';
import { followIn } from '../pipeline/model/local-scripts.ts';
import { type PipelineModel, readModel } from '../pipeline/model/model.ts';
import type { ProjectFacts } from '../pipeline/model/occasions.ts';
import type { ModelJob } from '../pipeline/model/types.ts';
import { type Upload, whatHappensWhen } from '../pipeline/model/uploads.ts';
import type { VersionKind } from '../pipeline/model/version.ts';
import type { PipelineGoal } from '../pipeline/pipeline-goal.ts';
import { isWrapper, kindOf, uploads } from '../pipeline/recognise/commands.ts';
import { lines, merge } from '../pipeline/recognise/jobs.ts';
import { commandsOf } from '../pipeline/recognise/uploads.ts';
import { rolesOf } from '../pipeline/roles.ts';
import { isTagCheck } from '../pipeline/tag-check.ts';
import { sdistNote } from '../python/versions/compiled.ts';
import { versionFromVcs } from '../python/versions/index.ts';
import { uvLock } from '../python/versions/uv-lock.ts';
import type { EditResult } from '../text/result.ts';
import { YamlSyntaxError } from '../text/yaml/document.ts';
import { type DeclaredEdit, waitingDeclaration, withDeclaration } from './declaration-edit.ts';
import { reasonOfDifference, reasonOfRules, wordsOfPackages } from './judgement-words.ts';
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
  occasions: { before: Upload[]; after: Upload[] } | undefined;
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
  const wanted = withPublishers(
    { ...pipelineGoal(facts, goal), ...(keepsWheels ? { sdistOnly: false } : {}), ...plan.pipeline },
    facts,
    before,
  );
  const pipelineEdit =
    (before && refusedForRules(before, facts, wanted)) ??
    editPipeline(text, wanted, reading.included, reading.file);
  const intended = intendedPipeline(pipelineEdit, facts);
  const after = intended === undefined ? undefined : modelOf(facts, goal, intended, before);
  const versions = { before: versionNow(facts), after: afterEdit(facts, plan) };
  const judgement: Judgement =
    before && after
      ? allowChosen(judge(before, after, agreedTo(goal, versions)), goal)
      : { wrong: [], told: [] };
  const judged = refuseWrong(pipelineEdit, judgement, facts, wanted);
  const isRefused = judged.kind === 'refused';
  return {
    ...together(withDeclaration(versionEdit, facts, goal), judged, facts, goal),
    occasions: before &&
      after && {
        before: whatHappensWhen(before, versions.before).filter(
          (it) => isRefused || !(checksTags(before) && isStopped(it)),
        ),
        after: whatHappensWhen(after, versions.after).filter((it) => isRefused || !isStopped(it)),
      },
    told: judged.kind === 'edited' ? judgement.told : [],
  };
}

/** Names the job that publishes to an index where only the model can tell, as from a configuration file or a Makefile. */
function withPublishers(
  wanted: PipelineGoal,
  { pipeline: { reading } }: Facts,
  model: PipelineModel | undefined,
): PipelineGoal {
  if (reading.file === undefined || model === undefined) return wanted;
  const data = merge(reading.included, reading.file.data);
  const { publishers, mixed } = rolesOf(data, wanted.indexes, reading.route);
  const jobs = wanted.indexes.flatMap(({ id }): [IndexId, string][] => {
    if (publishers[id].length > 0) return [];
    const found = model.publications.filter(
      ({ target, command }) =>
        target.kind === 'index' && target.id === id && command !== undefined && uploads(command.text),
    );
    const [name, second] = new Set(found.map(({ job }) => job));
    const isHere = model.jobs.some(
      (job) =>
        job.name === name &&
        job.origin.kind !== 'child' &&
        (found.every(({ command }) => command?.via.length === 0) || onlyPublishes(job)),
    );
    const isOne = name !== undefined && second === undefined && !mixed.includes(name);
    return isOne && isHere ? [[id, name]] : [];
  });
  const { holes, publications } = model;
  const without = model.jobs.filter(({ name, commands }) => {
    const isRead = commands.some(({ via }) => via.length > 0) && holes.every(({ job }) => job !== name);
    return isRead && publications.every(({ job }) => job !== name);
  });
  return {
    ...wanted,
    jobsWithoutUploads: without.map(({ name }) => name),
    publishingJobs: { ...Object.fromEntries(jobs), ...wanted.publishingJobs },
  };
}

/** Whether a target such as 'make publish', where a job calls one, does nothing but build and, in any case, upload. */
const onlyPublishes = ({ value, commands }: ModelJob): boolean =>
  commandsOf(value).some(isWrapper) &&
  !commandsOf(value).some(uploads) &&
  commands
    .filter(({ via }) => via.length > 0)
    .every(
      ({ text, condition }) =>
        (kindOf(text) === 'upload' && condition === undefined) ||
        /^(?:build|install|credential|harmless|place)$/.test(kindOf(text)) ||
        /\btwine[ \t]+check\b/.test(text),
    );

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

/** A command that rules lead to one index or another would, once changed, upload to one of them alone. */
function refusedForRules(before: PipelineModel, facts: Facts, wanted: PipelineGoal): EditResult | undefined {
  const uploads = whatHappensWhen(before, versionNow(facts)).filter(({ publication }) => publication.on);
  const other = ({ job, target, publication: { command } }: Upload) =>
    uploads.find(
      (it) =>
        it.job === job &&
        it.publication.command?.text === command?.text &&
        it.target.kind !== 'unknown' &&
        !isDeepStrictEqual(it.target, target),
    );
  const upload = uploads.find((it) => it.target.kind === 'index' && other(it) !== undefined);
  return upload && refused(reasonOfRules(upload, other(upload) ?? upload), facts, wanted);
}

const checksTags = ({ jobs }: PipelineModel): boolean =>
  jobs.some(({ value }) => lines(value.script).some(isTagCheck));

/** The check of what was built lets no tag pass that is no version. */
const isStopped = ({ occasion, target }: Upload): boolean =>
  occasion === 'other-tag' && target.kind === 'index';

/** A job that publishes in a child pipeline, and the file that it is in. */
export interface ChildPublisher {
  job: string;
  file: string;
}

/** The jobs of child pipelines that publish to each index today. */
export function childPublishers(occasions: ProjectEdit['occasions']): Record<IndexId, ChildPublisher[]> {
  const to = (index: IndexId) =>
    (occasions?.before ?? []).flatMap(({ job, origin, target }) =>
      origin.kind === 'child' && target.kind === 'index' && target.id === index
        ? [{ job, file: origin.file }]
        : [],
    );
  return { pypi: to('pypi'), testpypi: to('testpypi') };
}

/** The pipeline file's wanted text; undefined if it neither exists nor will be written. */
export function intendedPipeline(
  edit: EditResult,
  { pipeline }: Pick<Facts, 'pipeline'>,
): string | undefined {
  return edit.kind === 'edited' ? edit.edits[0]?.after : pipeline.text;
}

/** The project as its pipelines see it. */
export function modelProject(
  { gitlab }: Pick<Facts, 'gitlab'>,
  { packageName }: Pick<Goal, 'packageName'>,
): ProjectFacts {
  const { defaultBranch, path: projectPath } = gitlab.project;
  return { defaultBranch: defaultBranch ?? 'main', projectPath, package: packageName };
}

/** The model of a pipeline text; undefined if it is not YAML to us, whatever GitLab thinks of it. */
export function modelOf(
  { gitlab, pipeline, indexes, texts }: Facts,
  { packageName }: Pick<Goal, 'packageName'>,
  text: string,
  like?: Pick<PipelineModel, 'occasions'>,
): PipelineModel | undefined {
  const readFile = (path: string) => texts.get(path);
  try {
    return readModel({
      text,
      project: modelProject({ gitlab }, { packageName }),
      indexes: knownIndexes(indexes),
      readFile,
      included: pipeline.reading.included,
      follow: followIn(readFile),
      ...(like === undefined ? {} : { occasions: like.occasions }),
    });
  } catch (error) {
    if (error instanceof YamlSyntaxError) return undefined;
    throw error;
  }
}

/** Whether what goes to PyPI are wheels that its rules for Linux allow, made by tools or in images that see to that. */
function releasesWheels({ publications, jobs }: PipelineModel): boolean {
  const publishers = publications
    .filter(({ target }) => target.kind === 'index' && target.id === 'pypi')
    .map(({ job }) => job);
  const names = [...publishers, ...jobsBehind(publishers, jobs)];
  return jobs
    .filter(({ name }) => names.includes(name))
    .some(
      ({ image = '', commands }) =>
        /manylinux|musllinux/.test(image) ||
        commands.some(
          ({ tool = '', verb }) =>
            /^(?:cibuildwheel|auditwheel)$/.test(tool) ||
            (tool === 'maturin' && /^(?:build|publish)$/.test(verb ?? '')),
        ),
    );
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

/** Where the version comes from today. */
const versionNow = ({ python }: Facts): VersionKind =>
  python.writtenVersion === undefined ? { kind: 'git' } : { kind: 'written', value: python.writtenVersion };

const afterEdit = (facts: Facts, plan: VersionPlan): VersionKind =>
  plan.kind === 'git' && plan.pipeline.buildTimeVersion === undefined ? { kind: 'git' } : versionNow(facts);

const tags = ['version-tag', 'pre-release-tag', 'other-tag'] as const;
/** Pipelines of forks and merge requests, and those to which anyone can pass variables. */
const unsafe = ['merge-request', 'other-branch', 'web', 'api', 'trigger'] as const;

/** Uploads that may start, since they are the purpose, and those that may end, since anyone could trigger them. */
function agreedTo(goal: Goal, versions: Agreed['versions']): Agreed {
  const places = <T extends readonly string[]>(index: IndexId, occasions: T) =>
    occasions.map((occasion) => ({ index, occasion: occasion as T[number] }));
  const key = tokenKeys[goal.publishWith.value];
  return {
    adds: [...places('pypi', tags), ...places('testpypi', ['default-branch'] as const)],
    ends: [
      ...places('pypi', [...unsafe, 'default-branch', 'schedule'] as const),
      ...places('testpypi', unsafe),
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
  const reasons = [...new Set(wrong.map((it) => reasonOfDifference(it, isNew)))];
  if (edit.kind === 'refused' || reasons.length === 0) return edit;
  const { value: path } = facts.pipeline.path;
  if (edit.kind === 'unchanged') {
    const serious = wrong.filter(({ kind }) => kind === 'two-publishers' || kind === 'other-credential');
    const [first] = serious.map((it) => reasonOfDifference(it));
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
