import { UserError } from '../kernel/errors.ts';
import type { IndexId, PublishTool, Route } from '../kernel/route.ts';
import {
  isYamlTable,
  parseYaml,
  type YamlFile,
  YamlSyntaxError,
  type YamlTable,
  yamlIn,
} from '../text/yaml/document.ts';
import { type Credential, credentialsIn } from './credentials.ts';
import { type OpenJobs, openJobs } from './jobs-plan.ts';
import { signs } from './recognise/commands.ts';
import { includedParts } from './recognise/included.ts';
import {
  type Job,
  jobValue,
  merge,
  parentsOf,
  scriptItems,
  scriptOf,
  visibleJobs,
} from './recognise/jobs.ts';
import type { KnownIndex } from './recognise/uploads.ts';
import { environmentIn, publishersIn, type Roles, rolesOf } from './roles.ts';
import { baseJob } from './template.ts';
import { isLinkToVersion } from './uploading.ts';

/** What a pipeline file has already settled. */
export interface PipelineReading {
  /** The parsed file; undefined if it could not be parsed. */
  file?: YamlFile;
  /** The publishing jobs were created by an earlier run. */
  ours: boolean;
  hasTestJob: boolean;
  /** What included files contribute, as far as GitLab reported it. */
  included: YamlTable;
  /** Ambiguous jobs that the user has to choose from. */
  openJobs: OpenJobs;
  /** Jobs that publish to an index in a way that is not one of this tool's routes. */
  unsettled: string[];
  /** Every job that runs, from this file or an included one. */
  jobs: string[];
  /** The route that an earlier run has left here: in its comment, as before 0.2, or in jobs that it made for a token. */
  route?: Route;
  /** How releases are published now; absent if no job does. */
  publishesBy?: 'id-token' | 'token';
  /** An earlier run was told that Developers may deploy, as its comment says. */
  developersDeploy: boolean;
  publishWith?: PublishTool;
  /** A job signs what is published. */
  attests: boolean;
  releaseEnvironment?: string;
  testEnvironment?: string;
  /** Variables in the file that override or block Trusted Publishing; the job is '(all jobs)' for global ones. */
  credentials: Credential[];
}

/** The reading of a file that GitLab can parse and we cannot. */
export const emptyReading: PipelineReading = {
  ours: false,
  hasTestJob: false,
  included: {},
  openJobs: { pypi: [], testpypi: [], build: [] },
  unsettled: [],
  jobs: [],
  developersDeploy: false,
  attests: false,
  credentials: [],
};

/** The comment in which earlier versions kept the route. It is read while nothing is declared, and goes with the next edit. */
export const routeMarker = /^([ \t]*)# gitlab-to-pypi:[^\r\n]*\(route: (\w+)(, developers may deploy)?\)/m;

/** The route that an earlier run has left in a file. */
export function routeIn(text: string, jobs: Job[]): Route | undefined {
  const route = routeMarker.exec(text)?.[2];
  if (route === 'protected' || route === 'trusted' || route === 'token') return route;
  const made = jobsOfOurs(jobs);
  return made.length > 0 && made.every(({ value }) => value.id_tokens === undefined) ? 'token' : undefined;
}

/** The same for a text; a file that cannot be read shows none. */
export function routeOf(text: string): Route | undefined {
  const data = yamlIn(text);
  return data && routeIn(text, visibleJobs(data));
}

/** The jobs that this tool has made or migrated, by the last line of their script. */
const jobsOfOurs = (jobs: Job[]) => jobs.filter(({ value }) => scriptItems(value).some(isLinkToVersion));

/** Reads a pipeline file, along with GitLab's merged result, if known. Throws a `UserError` if it is not YAML. */
export function readPipeline(
  text: string | undefined,
  indexes: readonly KnownIndex[],
  merged?: string,
): PipelineReading {
  const file = parsePipeline(text ?? '');
  const included = includedParts(file.data, merged);
  const data = merge(included, file.data);
  const jobs = visibleJobs(data);
  const ours = isOurs(file, data === file.data ? jobs : undefined);
  const route = routeIn(file.text, jobs);
  const roles = rolesOf(data, indexes, route, jobs);
  const tool = toolOf(roles);
  return {
    file,
    ours,
    hasTestJob: isYamlTable(data['release-test']) || roles.publishers.testpypi.some((it) => it.settled),
    included,
    openJobs: openJobs(data, roles),
    unsettled: publishersIn(roles)
      .filter(({ settled }) => !settled)
      .map(({ name }) => name),
    jobs: jobs.map(({ name }) => name),
    developersDeploy: routeMarker.exec(text ?? '')?.[3] !== undefined,
    attests: jobs.some(({ value }) => signs(scriptOf(value))),
    ...(route === undefined ? {} : { route }),
    ...named('publishesBy', waysOf(roles, route)),
    ...(tool === undefined ? {} : { publishWith: tool }),
    ...named('releaseEnvironment', environmentOf(data, roles, 'pypi', ours ? 'release' : undefined)),
    ...named('testEnvironment', environmentOf(data, roles, 'testpypi', ours ? 'release-test' : undefined)),
    credentials: credentialsIn(file.data, data, roles),
  };
}

/** Parses a pipeline file. Throws a `UserError` with line and column if it is not YAML. */
function parsePipeline(text: string): YamlFile {
  try {
    return parseYaml(text);
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    throw new UserError(
      'bad-yaml',
      `The pipeline file is not valid YAML: ${error.message.replace(/\.$/, '')}.`,
      'Correct it first; the pipeline editor of GitLab shows the place.',
      { cause: error },
    );
  }
}

/** Whether the publishing jobs are from an earlier run: judging by their scripts, the base they extend, or its comment. */
export function isOurs({ text, data }: YamlFile, jobs = visibleJobs(data)): boolean {
  const extend = ['release', 'release-test'].some((name) => parentsOf(data[name]).includes(baseJob));
  return extend || jobsOfOurs(jobs).length > 0 || routeMarker.test(text);
}

function waysOf({ publishers }: Roles, route: Route | undefined): PipelineReading['publishesBy'] {
  if (publishers.pypi.length === 0) return undefined;
  return route !== 'token' && publishers.pypi.some((it) => it.settled) ? 'id-token' : 'token';
}

function named<K extends string, T extends string>(key: K, value: T | undefined): { [P in K]?: T } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: T };
}

/** The environment of the job that publishes to an index, unless others share it or PyPI's form would reject it. */
function environmentOf(
  data: YamlTable,
  { publishers, jobs }: Roles,
  id: IndexId,
  usual: string | undefined,
): string | undefined {
  const [publisher, second] = publishers[id];
  const name = publisher?.name ?? usual;
  if (name === undefined || second !== undefined) return undefined;
  // One that is another on each occasion is no environment that a publisher could be registered for.
  const environment = environmentIn(jobValue(data, name), data);
  if (environment === undefined || /\$/.test(environment)) return undefined;
  if (publisher?.settled !== false) return environment;
  const users = jobs.filter(({ value }) => environmentIn(value, data) === environment);
  return users.length === 1 && /^[a-zA-Z0-9\-_/ ]+$/.test(environment) ? environment : undefined;
}

/** The tool that publishes now, else the one that other jobs use; undefined if they use several. */
function toolOf(roles: Roles): PublishTool | undefined {
  const { jobs } = roles;
  const names = publishersIn(roles).map(({ name }) => name);
  const publishing = jobs.filter(({ name }) => names.includes(name));
  return onlyTool(publishing) ?? onlyTool(jobs);
}

function onlyTool(jobs: Job[]): PublishTool | undefined {
  const scripts = jobs.map(({ value }) => scriptOf(value));
  const used = (['uv', 'twine'] as const).filter((tool) =>
    scripts.some((script) =>
      (tool === 'uv' ? /\buv[ \t]+(?:-\S+[ \t]+)*publish\b/ : /\btwine[ \t]+upload\b/).test(script),
    ),
  );
  return used.length === 1 ? used[0] : undefined;
}
