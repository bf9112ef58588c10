import { type Facts, knownIndexes } from '../../facts/index.ts';
import type { Goal } from '../../goal/index.ts';
import {
  credentialKeys,
  isCredentialName,
  tokenKeys,
  uploadVariables,
} from '../../indexes/upload-variables.ts';
import { readPipeline } from '../../pipeline/index.ts';
import type { PipelineModel } from '../../pipeline/model/model.ts';
import type { ModelJob } from '../../pipeline/model/types.ts';
import { uploadTool } from '../../pipeline/model/upload-tools.ts';
import { toolsFolder } from '../../pipeline/template.ts';
import { intendedPipeline, modelOf } from '../pipeline-model.ts';
import type { Verdicts } from '../verdicts.ts';
import { beatingVariables, reachesPublishing, type SettingVariable, settingVariables } from './beating.ts';
import {
  type Redirecting,
  type Redirection,
  redirectingVariables,
  redirectionInFile,
} from './redirecting.ts';
import type { Situation } from './setting.ts';

/** A variable that the pipeline file sets for a job. */
export interface FileVariable {
  key: string;
  job: string;
}

/** Everything that gets in the way of a Trusted Publisher, or that nobody needs any more. */
export interface Leftovers {
  /** Credentials in settings that take the place of the Trusted Publisher. */
  beating: SettingVariable[];
  /** Such credentials in the pipeline file, as it is to be. */
  beatingInFile: FileVariable[];
  /** Credentials of an index that no job reads. */
  unread: SettingVariable[];
  redirecting: Redirecting[];
  redirectingInFile: (FileVariable & { does: Redirection })[];
  jobs: JobBeside[];
}

/** Looks for everything that is left over, as far as settings and files can be read. */
export function leftoversOf({ facts, goal, verdicts }: Situation): Leftovers {
  const keys = beatingKeys(goal);
  const isOurs = verdicts.pipelineEdit.kind !== 'refused';
  const model = intendedModel(facts, goal, verdicts);
  return {
    beating: beatingVariables(facts, goal, keys),
    beatingInFile: credentialsLeft(facts, verdicts).filter(({ key }) => keys.includes(key)),
    unread: model ? unreadCredentials(facts, goal, model, isOurs) : [],
    redirecting: redirectingVariables(settingVariables(facts), goal, isOurs),
    redirectingInFile: model ? redirectingInFile(model, goal, isOurs) : [],
    jobs: model ? jobsBeside(model, goal, isOurs) : [],
  };
}

/**
 * Credentials that take the place of what publishes. Beside an API token, uv refuses a user name and a password, and
 * twine takes the user name (tried with uv 0.13.9).
 */
function beatingKeys({ publishWith, route }: Goal): string[] {
  const keys = credentialKeys[publishWith.value];
  return keys.filter((key) => route.value !== 'token' || key !== tokenKeys[publishWith.value]);
}

/** Those of the file that its edit does not take out. */
function credentialsLeft({ pipeline, indexes }: Facts, { pipelineEdit: edit }: Verdicts): FileVariable[] {
  const [file] = edit.kind === 'edited' ? edit.edits : [];
  return (file ? readPipeline(file.after, knownIndexes(indexes)) : pipeline.reading).credentials;
}

function redirectingInFile(model: PipelineModel, goal: Goal, isOurs: boolean) {
  return publishersOf(model, goal, isOurs).flatMap(({ name, variables }) =>
    Object.entries(variables).flatMap(([key, value]) => {
      const does = redirectionInFile(key, goal, isOurs);
      // Where the job before has put twine.
      const isOwn = key === 'PYTHONPATH' && value === toolsFolder;
      // A checkout is a matter of the pipeline itself.
      return does === undefined || does === 'checkout' || isOwn ? [] : [{ key, job: name, does }];
    }),
  );
}

/** The pipeline as it is to be, with what it includes and calls; undefined where there is none, or none that can be read. */
function intendedModel(facts: Facts, goal: Goal, verdicts: Verdicts): PipelineModel | undefined {
  const text = intendedPipeline(verdicts.pipelineEdit, facts);
  return text === undefined ? undefined : modelOf(facts, goal, text);
}

/**
 * Credentials of PyPI or TestPyPI, as far as their names tell, that no job of the pipeline names and no tool in it reads
 * by itself. Scripts that jobs call are read with them; of Python files it is enough that one names it.
 */
function unreadCredentials(
  facts: Facts,
  goal: Goal,
  model: PipelineModel,
  isOurs: boolean,
): SettingVariable[] {
  const isRead = readersOf(model.jobs, facts);
  const publishers = publishersOf(model, goal, isOurs);
  const others = model.jobs.filter((job) => !publishers.includes(job));
  const isReadByOthers = readersOf(others, facts);
  const all = settingVariables(facts);
  return all.filter(
    (it) =>
      (isOfIndex(it.key, goal) && !isRead(it.key)) || (isOutranked(it, all, goal) && !isReadByOthers(it.key)),
  );
}

/** Tells whether some of the jobs, or a Python file, read a variable. */
function readersOf(jobs: ModelJob[], { texts: files }: Facts): (key: string) => boolean {
  const tools = new Set(
    jobs.flatMap(({ commands }) => commands.flatMap((command) => uploadTool(command)?.name ?? [])),
  );
  const texts = [
    ...jobs.map(({ value, variables, commands }) => JSON.stringify([value, variables, commands])),
    ...[...files].flatMap(([path, text]) => (path.endsWith('.py') ? [text] : [])),
  ];
  return (key) =>
    texts.some((text) => mentions(text, key)) || [...tools].some((tool) => readsByItself(tool, key));
}

/**
 * Whether a variable of the project has the key of the API token, for more than an environment that publishes, while
 * each of these has one of its own, which wins: https://docs.gitlab.com/ci/environments/#limit-the-environment-scope-of-a-cicd-variable
 */
function isOutranked(it: SettingVariable, all: SettingVariable[], goal: Goal): boolean {
  const own = all.filter(
    ({ key, holder }) => key === tokenKeys[goal.publishWith.value] && holder.of === 'project',
  );
  const scopes = goal.indexes.map(({ environment }) => environment);
  return (
    goal.route.value === 'token' &&
    own.includes(it) &&
    reachesPublishing(it, goal) &&
    !scopes.includes(it.environmentScope) &&
    scopes.every((scope) => own.some(({ environmentScope }) => environmentScope === scope))
  );
}

/** Whether a text names a variable. */
export function mentions(text: string, key: string): boolean {
  return new RegExp(`(?<![A-Za-z0-9_])${key.replace(/\W/g, '')}(?![A-Za-z0-9_])`).test(text);
}

const tools: Record<string, { secretVariables: readonly string[]; userVariables: readonly string[] }> =
  uploadVariables;
const credentials = Object.values(tools).flatMap((it) => [...it.secretVariables, ...it.userVariables]);

function readsByItself(tool: string, key: string): boolean {
  if (tool === 'poetry') return key.startsWith('POETRY_');
  const own = Object.hasOwn(tools, tool) ? tools[tool] : undefined;
  return own !== undefined && [...own.secretVariables, ...own.userVariables].includes(key);
}

/** Of the names that only sound like it: the variable of an ID token, an address, and what is for another registry. */
const isOther =
  /_ID_TOKEN$|^PYPI_OIDC_|_(?:URL|REPOSITORY|INDEX)$|DEVPI|NEXUS|ARTIFACTORY|GITLAB|GITEA|INTERNAL|PRIVATE|MIRROR/i;

function isOfIndex(key: string, { publishWith }: Goal): boolean {
  if (credentials.includes(key)) return !readsByItself(publishWith.value, key);
  return /PYPI/i.test(key) && isCredentialName(key) && !isOther.test(key);
}

/** A job that could publish, although it is not the one that should. */
export interface JobBeside {
  name: string;
  /** It stands in a file that the pipeline includes or starts. */
  elsewhere: boolean;
  /** The publishing environment that it is in, and what it does there: `start` deploys, all else needs no approval. */
  environment: { name: string; action: string } | undefined;
  /** The audiences of indexes that it asks for. */
  audiences: string[];
}

/**
 * Every job in a publishing environment, or with an ID token for an index, but for those that publish. Whatever such a
 * job runs can publish: PyPI looks at neither the job's name nor the action of its environment, and an API token reaches
 * all jobs in its environment, on which ID tokens have no bearing. `isOurs` where the publishers are as this tool writes
 * them.
 */
function jobsBeside(model: PipelineModel, goal: Goal, isOurs: boolean): JobBeside[] {
  const publishers = publishersOf(model, goal, isOurs);
  return model.jobs
    .filter((job) => !publishers.includes(job))
    .flatMap(({ name, origin, environment, idTokens }) => {
      const shared = goal.indexes.some((index) => index.environment === environment?.name);
      const asked = goal.route.value === 'token' ? [] : idTokens.flatMap((token) => token.audiences);
      const audiences = goal.indexes.map(({ audience }) => audience).filter((it) => asked.includes(it));
      if (!shared && audiences.length === 0) return [];
      const elsewhere = origin.kind !== 'file';
      return [{ name, elsewhere, environment: shared ? environment : undefined, audiences }];
    });
}

/**
 * The jobs that publish to the indexes as they should; before they are migrated, in whatever environment. A job of which
 * its ID token alone tells that it may publish counts where no other job has a command that does.
 */
function publishersOf(model: PipelineModel, { indexes }: Goal, isOurs: boolean): ModelJob[] {
  const found = indexes.flatMap((index) => {
    const publications = model.publications.filter(
      ({ target }) => target.kind === 'index' && target.id === index.id,
    );
    const uploads = publications.filter(({ command }) => command !== undefined);
    const names = (uploads.length > 0 || isOurs ? uploads : publications).map(({ job }) => job);
    return model.jobs.filter(({ name, environment }) => {
      const deploys = environment === undefined || environment.action === 'start';
      return names.includes(name) && deploys && (!isOurs || environment?.name === index.environment);
    });
  });
  return [...new Set(found)];
}
