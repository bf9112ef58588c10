import { type PipelineGoal, type PipelineIndex, tokenVariable } from '../pipeline-goal.ts';
import { quoteForShell } from '../shell.ts';
import { buildTimeCommand, needsUv } from '../versions/build-time-command.ts';
import { parseYaml, type YamlTable } from '../yaml.ts';
import { pushRule, tagRule } from './rules.ts';
import { tagCheck } from './tag-check.ts';

/** The hidden job that both publishing jobs extend. */
export const baseJob = '.publish';

const images = {
  uv: {
    build: 'ghcr.io/astral-sh/uv:0.12-python3.13-trixie',
    publish: 'ghcr.io/astral-sh/uv:0.12-python3.13-trixie-slim',
  },
  twine: { build: 'python:3.13', publish: 'python:3.13-slim' },
};

/** What the file around the jobs demands of them. */
export interface Surroundings {
  /** Name of the job that builds. */
  buildJob: string;
  /** The file has a `before_script` for all jobs, which the new ones must not run. */
  hasDefaultBeforeScript: boolean;
}

/** The job that builds. */
export function buildLines(goal: PipelineGoal, { buildJob, hasDefaultBeforeScript }: Surroundings): string[] {
  const script = buildScript(goal);
  return [
    `${buildJob}:`,
    '  stage: build',
    '  # Not a slim image: the version is taken from git.',
    `  image: ${images[goal.publishWith].build}`,
    '  variables:',
    '    GIT_DEPTH: "0" # all history and tags, of which the version is made',
    ...(hasDefaultBeforeScript ? ['  before_script: []'] : []),
    '  script:',
    ...script.map((line) => `    - ${line}`),
    '  artifacts:',
    '    paths:',
    '      - dist/',
    '  rules:',
    `    - if: ${String(tagRule.if)}`,
    `    - if: ${String(pushRule.if)}`,
  ];
}

function buildScript(goal: PipelineGoal): string[] {
  const sdist = goal.sdistOnly ? ' --sdist' : '';
  const { buildTimeVersion: place, packageDirectory } = goal;
  const version = place ? [inSingleQuotes(buildTimeCommand(place, packageDirectory))] : [];
  if (goal.publishWith === 'uv')
    return [...version, `uv build --no-sources${sdist}${inFolder(goal, '--out-dir')}`];
  const install = `pip install build${place && needsUv(place) ? ' uv' : ''}`;
  return [install, ...version, `python -m build${sdist}${inFolder(goal, '--outdir')}`];
}

/** A command as YAML, with every backslash and double quote as the shell is to get it. */
const inSingleQuotes = (command: string) => `'${command.replaceAll("'", "''")}'`;

/** The line from which a later run knows the route. */
export function routeComment({
  route,
  developersDeploy,
}: Pick<PipelineGoal, 'route' | 'developersDeploy'>): string {
  const words = { protected: 'with a protected environment', trusted: 'with plain environments' };
  const open = developersDeploy ? ', developers may deploy' : '';
  return `# gitlab-to-pypi: Trusted Publisher ${words[route]} (route: ${route}${open})`;
}

/** The hidden base of the publishing jobs, with the comment that carries the route. */
export function baseLines(goal: PipelineGoal, { buildJob, hasDefaultBeforeScript }: Surroundings): string[] {
  const twine = goal.publishWith === 'twine';
  return [
    routeComment(goal),
    `${baseJob}:`,
    '  stage: deploy',
    `  image: ${images[goal.publishWith].publish}`,
    '  dependencies:',
    `    - ${JSON.stringify(buildJob).replace(/^"([\w.-]+)"$/, '$1')}`,
    '  variables:',
    '    GIT_STRATEGY: empty # only the built files: no code of the repository next to the ID token',
    ...(twine ? ['    TWINE_NON_INTERACTIVE: "1"', '  before_script:', "    - pip install 'twine>=7'"] : []),
    ...(!twine && hasDefaultBeforeScript ? ['  before_script: []'] : []),
  ];
}

/** The job that publishes to one index. */
export function publishLines(goal: PipelineGoal, index: PipelineIndex): string[] {
  const rule = index.job === 'release' ? tagRule : pushRule;
  return [
    `${index.job}:`,
    `  extends: ${baseJob}`,
    '  rules:',
    `    - if: ${String(rule.if)}`,
    '  environment:',
    `    name: ${quoted(index.environment)}`,
    `    url: ${index.page}`,
    '  id_tokens:',
    `    ${tokenVariable(index.audience)}:`,
    `      aud: ${quoted(index.audience)}`,
    '  script:',
    ...(index.job === 'release' ? tagCheck(goal.publishWith) : []),
    `    - ${uploadCommand(goal, index)}`,
  ];
}

/** The command that uploads `dist/` as the Trusted Publisher. */
function uploadCommand(goal: PipelineGoal, index: PipelineIndex): string {
  const official = index.uploadUrl === 'https://upload.pypi.org/legacy/';
  if (goal.publishWith === 'twine') {
    return official ? 'twine upload dist/*' : 'twine upload --repository testpypi --skip-existing dist/*';
  }
  return `uv publish --trusted-publishing always${official ? '' : ` --publish-url ${index.uploadUrl}`}`;
}

/** The data of jobs given as lines. */
export function dataOf(lines: string[]): YamlTable {
  return parseYaml(`${lines.join('\n')}\n`).data;
}

function inFolder({ packageDirectory }: PipelineGoal, option: string): string {
  return packageDirectory === '.' ? '' : ` ${option} dist ${quoteForShell(packageDirectory)}`;
}

/** Plain where YAML reads the same text back, else in quotes. */
function quoted(text: string): string {
  return /^[A-Za-z][\w./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
