import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';
import { inheritsVariable } from '../globals.ts';
import { visibleJobs } from '../recognise/jobs.ts';
import type { KnownIndex } from '../recognise/uploads.ts';
import { commandsOfJob, type Follow, type Hole } from './commands.ts';
import { entriesOf, localPath, readWhole } from './includes.ts';
import { jobsIn, scriptsOf, stagesOf } from './jobs.ts';
import { occasionIds, type ProjectFacts, waysOf } from './occasions.ts';
import { type Publication, publicationsOf } from './publications.ts';
import {
  gated,
  mayRun,
  type Scope,
  startOfJob,
  startOfPipeline,
  textsOf,
  variablesOfRule,
} from './starts.ts';
import type { ModelJob, Occasion, OccasionId, ReadFile, Start } from './types.ts';

/** A pipeline, as far as we understand it. */
export interface PipelineModel {
  occasions: Occasion[];
  /** In order, including `.pre` and `.post`. */
  stages: string[];
  jobs: ModelJob[];
  /** The jobs that trigger other pipelines. */
  triggers: ModelJob[];
  publications: Publication[];
  holes: Hole[];
}

/** All inputs of a model; nothing else is read. */
export interface PipelineSource {
  text: string;
  project: ProjectFacts;
  indexes: readonly KnownIndex[];
  /** Files in the checkout. */
  readFile: ReadFile;
  /** GitLab's merged result for the included files, if known. */
  included?: YamlTable;
  /** Opens the checkout's scripts that commands call. */
  follow?: Follow;
  /** The occasions of another model, for comparison. */
  occasions?: readonly Occasion[];
}

/** A file with its own pipeline, and the job that starts it. */
interface Part {
  data: YamlTable;
  file: YamlTable;
  parent: Parent | undefined;
}

interface Parent {
  job: string;
  file: string;
  /** What starts it, in its parent pipeline. */
  part: Part;
  value: YamlTable;
}

/** A job with everything that decides when it runs. */
interface Placed {
  job: Omit<ModelJob, 'starts'>;
  part: Part;
}

/** A job that publishes, and whether to PyPI. */
interface Publisher {
  placed: Placed;
  isRelease: boolean;
}

/**
 * Reads a pipeline file with everything it includes, triggers and calls, as far as that is in the checkout. Throws
 * `YamlSyntaxError` if the file itself is not YAML.
 */
export function readModel(source: PipelineSource): PipelineModel {
  const { file, data, holes } = readWhole(source.text, source.readFile, source.included);
  const found: Hole[] = [...holes];
  const parts = withChildren({ file, data, parent: undefined }, source, found, 0);
  const placed = parts.flatMap((part) => jobsOfPart(part, source, found));
  const publish = publishing(source);
  const publishers = placed.flatMap((it): Publisher[] => {
    const targets = publish(it, {}).map(({ target }) => target);
    if (targets.length === 0) return [];
    return [{ placed: it, isRelease: targets.some((one) => one.kind === 'index' && one.id === 'pypi') }];
  });
  const occasions = source.occasions ?? occasionIds.map((id) => mostTelling(id, publishers, source));
  const all = placed.map((it) => ({ ...it.job, starts: startsOf(it, occasions, source) }));
  return {
    occasions: [...occasions],
    stages: stagesOf(data),
    jobs: all.filter(({ value }) => value.trigger === undefined),
    triggers: all.filter(({ value }) => value.trigger !== undefined),
    publications: placed.flatMap((it) => onOccasions(it, occasions, source, publish)),
    holes: found,
  };
}

/**
 * The pipeline and its child pipelines from the checkout: https://docs.gitlab.com/ci/pipelines/downstream_pipelines/
 */
function withChildren(part: Part, source: PipelineSource, holes: Hole[], depth: number): Part[] {
  const children = visibleJobs(part.data).flatMap(({ name, value }) => {
    const { trigger } = value;
    if (!isYamlTable(trigger) || trigger.include === undefined) return [];
    return entriesOf(trigger.include).flatMap((entry): Part[] => {
      const file = localPath(entry);
      const text = file === undefined || depth > 1 ? undefined : source.readFile(file);
      if (file === undefined || text === undefined) {
        holes.push({ job: name, text: JSON.stringify(entry), why: 'child-pipeline-not-readable' });
        return [];
      }
      const whole = readWhole(text, source.readFile);
      holes.push(...whole.holes);
      const child = { file: whole.file, data: whole.data, parent: { job: name, file, part, value } };
      return withChildren(child, source, holes, depth + 1);
    });
  });
  return [part, ...children];
}

function jobsOfPart(part: Part, source: PipelineSource, holes: Hole[]): Placed[] {
  const { parent, file, data } = part;
  const jobs = jobsIn(data, (name) => {
    if (parent) return { kind: 'child', by: parent.job, file: parent.file };
    return { kind: Object.hasOwn(file, name) ? 'file' : 'include' };
  });
  return jobs.map((job) => {
    const read = commandsOfJob(scriptsOf(job), source.follow);
    holes.push(...read.holes);
    return { part, job: { ...job, commands: read.commands } };
  });
}

/** A child pipeline has its own source, and the variables of the job that triggers it. */
function scopeIn(
  part: Part,
  variables: Record<string, string>,
  occasion: Occasion,
  source: PipelineSource,
): Scope {
  const { parent, data } = part;
  const own = { CI_PIPELINE_SOURCE: 'parent_pipeline' };
  const seen = parent ? { ...occasion, variables: { ...occasion.variables, ...own } } : occasion;
  const passed = parent ? textsOf(parent.value.variables) : {};
  return {
    occasion: seen,
    variables: { ...variables, ...passed },
    readFile: source.readFile,
    hasWorkflow: rulesOfPipeline(data) !== undefined,
  };
}

function rulesOfPipeline({ workflow }: YamlTable): YamlValue | undefined {
  return isYamlTable(workflow) ? workflow.rules : undefined;
}

function startOn({ job, part }: Placed, occasion: Occasion, source: PipelineSource): Start {
  const scope = scopeIn(part, job.variables, occasion, source);
  const pipeline = startOfPart(part, occasion, source);
  return gated(pipeline, startOfJob(job.value, scope));
}

/** When a file's pipeline is created: by its own rules, and for a child also by those of the triggering job. */
function startOfPart(part: Part, occasion: Occasion, source: PipelineSource): Start {
  const scope = scopeIn(part, textsOf(part.data.variables), occasion, source);
  const itself = startOfPipeline(rulesOfPipeline(part.data), scope);
  if (part.parent === undefined) return itself;
  const { part: above, value } = part.parent;
  const outer = scopeIn(
    above,
    { ...textsOf(above.data.variables), ...textsOf(value.variables) },
    occasion,
    source,
  );
  const trigger = gated(startOfPart(above, occasion, source), startOfJob(value, outer));
  return gated(trigger, itself);
}

function startsOf(
  placed: Placed,
  occasions: readonly Occasion[],
  source: PipelineSource,
): ModelJob['starts'] {
  const starts = occasions.map((occasion) => [occasion.id, startOn(placed, occasion, source)]);
  return Object.fromEntries(starts) as ModelJob['starts'];
}

/**
 * The spelling of a ref for which the most publishing to PyPI may happen or, where there is none, to anything; of
 * several, the most common.
 */
function mostTelling(id: OccasionId, publishers: Publisher[], source: PipelineSource): Occasion {
  const ways = waysOf(id, source.project);
  const count = (some: Publisher[]) =>
    ways.map((way) => some.filter(({ placed }) => mayRun(startOn(placed, way, source))).length);
  const releases = count(publishers.filter(({ isRelease }) => isRelease));
  const counts = releases.some((it) => it > 0) ? releases : count(publishers);
  return ways[counts.indexOf(Math.max(...counts))] ?? (ways[0] as Occasion);
}

type Publish = (placed: Placed, more: Record<string, string>) => Publication[];

const publishing =
  ({ indexes, readFile }: PipelineSource): Publish =>
  ({ job }, more) =>
    publicationsOf(job, { indexes, readFile }, more);

/** What a job publishes, per occasion if rules set variables. */
function onOccasions(
  placed: Placed,
  occasions: readonly Occasion[],
  source: PipelineSource,
  publish: Publish,
): Publication[] {
  const { job, part } = placed;
  const told = occasions.map((occasion) => {
    const scope = scopeIn(part, job.variables, occasion, source);
    const ofPipeline = Object.entries(variablesOfRule(rulesOfPipeline(part.data), scope));
    const inherited = Object.fromEntries(ofPipeline.filter(([key]) => inheritsVariable(job.itself, key)));
    const own = textsOf(job.itself.variables);
    return { id: occasion.id, more: { ...inherited, ...own, ...variablesOfRule(job.value.rules, scope) } };
  });
  const usual = JSON.stringify(told[0]?.more);
  if (told.every(({ more }) => JSON.stringify(more) === usual)) return publish(placed, told[0]?.more ?? {});
  const byText = new Map<string, Publication & { on: OccasionId[] }>();
  for (const { id, more } of told) {
    for (const publication of publish(placed, more)) {
      const key = JSON.stringify(publication);
      const known = byText.get(key);
      if (known) known.on.push(id);
      else byText.set(key, { ...publication, on: [id] });
    }
  }
  return [...byText.values()];
}
