import { isDeepStrictEqual } from 'node:util';
import { ownValue } from '../../kernel/own-value.ts';
import { valueAt } from '../../text/yaml/data.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';
import { hasOwn, removeYaml, setYaml } from '../../text/yaml/draft.ts';
import { type Check, inheritsLittle, noCheckout, type Place, textAt, variableChecks } from '../check.ts';
import { jobOf, note, type PipelineEdit, seen } from '../edit.ts';
import { type PipelineGoal, type PipelineIndex, tokenVariable } from '../pipeline-goal.ts';
import { imageOf } from '../recognise/image.ts';
import { flat, jobOfNeed, lines, sourcesOf, stageOf } from '../recognise/jobs.ts';
import { environmentName } from '../roles.ts';
import { runsWhereItShould } from '../runs-when.ts';
import { isEarlier } from '../stages.ts';
import { handedBy, type Surroundings, toolsFolder } from '../template.ts';
import { oldestUv } from '../tool-versions.ts';
import { sameUrl } from '../uploading.ts';
import { want } from '../want.ts';
import { gateOf } from './rest-jobs.ts';

/** Things a job runs or fetches from elsewhere; a publishing job has none of them. */
export const extraChecks: Check[] = Object.entries<YamlValue>({
  before_script: [],
  after_script: [],
  services: [],
  cache: [],
  hooks: { pre_get_sources_script: [] },
  secrets: {},
}).map(([key, instead]) => without(key, instead, (job) => isEmpty(job[key])));

const isEmpty = (value: YamlTable[string] | undefined) =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);

/** Removes what the job has itself under a key, and overrides what it inherits with `instead`. */
function without(key: string, instead: YamlValue, holds: Check['holds']): Check {
  return {
    path: [key],
    holds,
    repair: (edit, { name, home }, job) => {
      note(edit, [name, key], job[key], null);
      for (const holder of [name, home])
        if (hasOwn(edit.draft, [holder, key])) removeYaml(edit.draft, [holder, key]);
      if (!holds(jobOf(edit, name))) setYaml(edit.draft, [name, key], instead);
    },
  };
}

/** Invariants of a publishing job that may live in a hidden base shared by several. */
export function baseChecks(
  goal: PipelineGoal,
  around: Surroundings,
  { isBase }: { isBase: boolean },
): Check[] {
  return [
    ...(isBase ? [{ path: ['stage'], holds: (job: YamlTable) => typeof job.stage === 'string' }] : []),
    { path: ['image'], holds: (job) => hasTool(job, goal) },
    ...inheritsLittle(around),
    {
      path: ['tags'],
      holds: ({ tags }) => tags !== undefined || around.defaultTags.length === 0,
      repair: (edit, { home }) => want(edit, [home, 'tags'], around.defaultTags),
    },
    { path: ['dependencies'], holds: (job) => takesFrom(job, handedBy(goal, around)), repair: takeFromCheck },
    noCheckout,
    ...variableChecks(toolVariables[goal.publishWith]),
    { path: ['interruptible'], holds: ({ interruptible }) => interruptible === false || !isBase },
    { path: ['timeout'], holds: (job) => job.timeout !== undefined },
  ];
}

/** Without these uv reads configuration and caches of others; twine is where the check job installed it. */
const toolVariables: Record<PipelineGoal['publishWith'], [key: string, value: string][]> = {
  uv: [
    ['UV_NO_CONFIG', '1'],
    ['UV_NO_CACHE', '1'],
  ],
  twine: [
    ['PYTHONPATH', toolsFolder],
    ['TWINE_NON_INTERACTIVE', '1'],
  ],
};

/** Invariants of a publishing job itself. */
export function publishChecks(goal: PipelineGoal, index: PipelineIndex): Check[] {
  const token = ['id_tokens', tokenVariable(index.audience), 'aud'];
  return [
    { path: ['rules'], holds: (job) => runsWhereItShould(job, goal, index) },
    // It would upload although an earlier job failed.
    without('when', 'on_success', (job) => job.when !== 'always'),
    { path: ['resource_group'], holds: (job) => job.resource_group !== undefined },
    { path: ['environment', 'name'], holds: (job) => environmentName(job) === index.environment },
    { path: ['environment', 'url'], holds: (job) => sameUrl(textAt(job, 'environment', 'url'), index.page) },
    {
      path: ['environment', 'action'],
      holds: (job) => /^(start)?$/.test(textAt(job, 'environment', 'action')),
    },
    // Whatever the token route must not have is removed along with the other old ways.
    ...(goal.route === 'token'
      ? []
      : [
          {
            path: token,
            holds: (job: YamlTable) => valueAt(job, token) === index.audience && !isForBoth(job),
          },
        ]),
  ];
}

/** A base with the tokens of both indexes loses them, so each job needs its own. */
const isForBoth = ({ id_tokens: tokens }: YamlTable) =>
  isYamlTable(tokens) && tokens.PYPI_ID_TOKEN !== undefined && tokens.TESTPYPI_ID_TOKEN !== undefined;

/**
 * Whether it gets the files that were checked, and nothing else: artifacts of other jobs could bring further files to
 * upload, programs, or variables (`artifacts:reports:dotenv`).
 */
function takesFrom({ dependencies, needs }: YamlTable, from: string[]): boolean {
  const waits = needs === undefined || from.every((name) => sourcesOf({ needs }).includes(name));
  return waits && !flat(needs).some(isForeignNeed) && isDeepStrictEqual(lines(dependencies), from);
}

/** A need for another pipeline or project, whose artifacts `dependencies` do not keep out. */
const isForeignNeed = (need: YamlValue) =>
  isYamlTable(need) && (need.project !== undefined || need.pipeline !== undefined);

/**
 * Takes the artifacts of the jobs that check and sign alone. `dependencies` only reach earlier stages and imply no order;
 * a job with `needs`, or in a stage no later than theirs, also needs those jobs so that it waits for them.
 */
function takeFromCheck(edit: PipelineEdit, { name, home }: Place, job: YamlTable): void {
  const { goal, around } = edit;
  const data = seen(edit);
  const from = handedBy(goal, around);
  // What the job says itself wins over its base.
  const isOwn = ['needs', 'dependencies'].some((key) => hasOwn(edit.draft, [name, key]));
  const holder = isOwn ? name : home;
  const stages = from.map((it) => jobOf(edit, it).stage ?? around.checkStage);
  const isBehind = stages.every((it) => isEarlier(data, String(it), stageOf(job)));
  if (job.needs !== undefined || !isBehind) {
    const gates = ownValue(data, gateOf(name)) === undefined ? [] : [gateOf(name)];
    const signer = goal.attest ? undefined : around.attestJob;
    const present = flat(job.needs).filter((need) => !isForeignNeed(need) && jobOfNeed(need) !== signer);
    const names = present.map(jobOfNeed);
    const missing = [...from, ...gates].filter((it) => !names.includes(it));
    want(edit, [holder, 'needs'], [...present, ...missing], { current: job.needs });
  }
  want(edit, [holder, 'dependencies'], from, { current: job.dependencies });
}

/** Whether the image has a uv that supports GitLab's ID tokens, or the Python that twine was installed for. */
function hasTool(job: YamlTable, goal: PipelineGoal): boolean {
  const image = imageOf(job);
  if (image.includes('$')) return false;
  if (goal.publishWith === 'twine') return /\bpython-?:?3\.13\b(?!.*alpine)/.test(image);
  const [, version] = /\buv:(\d+\.\d+(?:\.\d+)?)/.exec(image) ?? [];
  return version !== undefined && !isOlder(version, oldestUv);
}

/** Whether a numeric version is older than another; `0.12` stands for any 0.12.x. */
function isOlder(version: string, than: string): boolean {
  const [one, other] = [version, than].map((text) => text.split('.').map(Number));
  const at = one?.findIndex((part, index) => part !== other?.[index]) ?? -1;
  return at >= 0 && (one?.[at] ?? 0) < (other?.[at] ?? 0);
}
