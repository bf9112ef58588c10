import { UserError } from '../../errors.ts';
import type { PublishTool, Route } from '../pipeline-goal.ts';
import { isYamlTable, parseYaml, type YamlFile, YamlSyntaxError, type YamlTable } from '../yaml.ts';
import { parentsOf, resolveJob, scriptOf, visibleJobs } from './recognise/jobs.ts';
import { baseJob } from './template.ts';

/** What a pipeline file has decided already. */
export interface PipelineReading {
  /** The publishing jobs were made by an earlier run. */
  ours: boolean;
  hasTestJob: boolean;
  route?: Route;
  /** An earlier run was told that Developers may deploy. */
  developersDeploy: boolean;
  publishWith?: PublishTool;
  releaseEnvironment?: string;
  testEnvironment?: string;
  /** Variables of the file that beat or block Trusted Publishing; job '(all jobs)' for those at the top. */
  credentials: { job: string; key: string }[];
}

/** What is known of a file that GitLab can read and this program cannot. */
export const emptyReading: PipelineReading = {
  ours: false,
  hasTestJob: false,
  developersDeploy: false,
  credentials: [],
};

/** The comment of an earlier run, with the route in it. */
export const routeMarker = /^([ \t]*)# gitlab-to-pypi:[^\r\n]*\(route: (\w+)(, developers may deploy)?\)/m;

const credentialKey = /^(TWINE_(USERNAME|PASSWORD)|UV_PUBLISH_(TOKEN|USERNAME|PASSWORD))$/;

/** Reads a pipeline file. Throws a `UserError` where it is not YAML. */
export function readPipeline(text: string | undefined): PipelineReading {
  const { data } = parsePipeline(text ?? '');
  const ours = isOurs(text ?? '', data);
  const [, , route, developers] = routeMarker.exec(text ?? '') ?? [];
  const tool = toolOf(data);
  return {
    ours,
    hasTestJob: isYamlTable(data['release-test']),
    developersDeploy: developers !== undefined,
    ...(route === 'protected' || route === 'trusted' ? { route } : {}),
    ...(tool === undefined ? {} : { publishWith: tool }),
    ...(ours ? named('releaseEnvironment', environmentOf(data, 'release')) : {}),
    ...(ours ? named('testEnvironment', environmentOf(data, 'release-test')) : {}),
    credentials: credentialsOf(data),
  };
}

/** Parses a pipeline file. Throws a `UserError` with line and column where it is not YAML. */
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

/** Whether the publishing jobs come from an earlier run: by its comment, or by the base that they extend. */
export function isOurs(text: string, data: YamlTable): boolean {
  const extend = ['release', 'release-test'].some((name) => parentsOf(data[name]).includes(baseJob));
  return extend || routeMarker.test(text);
}

function named<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: string };
}

function environmentOf(data: YamlTable, name: string): string | undefined {
  const environment = resolveJob(data, name)?.value.environment;
  const value = isYamlTable(environment) ? environment.name : environment;
  return typeof value === 'string' ? value : undefined;
}

/** The tool that jobs use now; where several do, nothing is taken from them. */
function toolOf(data: YamlTable): PublishTool | undefined {
  const scripts = visibleJobs(data).map(({ value }) => scriptOf(value));
  const used = (['uv', 'twine'] as const).filter((tool) =>
    scripts.some((script) =>
      (tool === 'uv' ? /\buv[ \t]+(?:-\S+[ \t]+)*publish\b/ : /\btwine[ \t]+upload\b/).test(script),
    ),
  );
  return used.length === 1 ? used[0] : undefined;
}

function credentialsOf(data: YamlTable): { job: string; key: string }[] {
  const own = Object.entries(data).filter(([name, job]) => name !== 'variables' && isYamlTable(job));
  const places: [string, YamlTable][] = [
    ['(all jobs)', data],
    ...own.map(([name, job]): [string, YamlTable] => [name, job as YamlTable]),
  ];
  return places.flatMap(([job, { variables }]) =>
    (isYamlTable(variables) ? Object.keys(variables) : [])
      .filter((key) => credentialKey.test(key))
      .map((key) => ({ job, key })),
  );
}
