import { stringify } from 'yaml';
import { pathForShell } from '../kernel/quote.ts';
import type { IndexId } from '../kernel/route.ts';
import { buildTimeCommand } from '../python/versions/build-time-command.ts';
import { parseYaml, type YamlTable } from '../text/yaml/document.ts';
import { isFromGit, type PipelineGoal, type PipelineIndex, tokenVariable } from './pipeline-goal.ts';
import { guardRule, type Occasion, pushRule, tagRule, usualRule } from './recognise/rules.ts';
import { tagCheck } from './tag-check.ts';
import { images, toolVersions } from './tool-versions.ts';
import { attestationsOf, plainWords, publishItems } from './uploading.ts';

/** The hidden job that both publishing jobs extend, unless another job has that name. */
export const baseJob = '.publish';

/** The folder that twine is installed into, by the job without a token. */
export const toolsFolder = 'tools';

/** What the rest of the file demands of the new jobs. */
export interface Surroundings {
  /** Names of the build jobs; the first is the one to create if there is none. */
  buildJobs: string[];
  buildStage: string;
  /** Jobs whose files a build job to create builds from, and whether these are named as its sources now. */
  inputs: { name: string; isNamed: boolean }[];
  /** The stage directly before the first one that publishes, so that what fails there stops nothing else. */
  checkStage: string;
  /** When something is published, as rules, so that it is built and checked then; and the occasions that these let through. */
  rules: YamlTable[];
  occasions: Occasion[];
  /** The file's variables that these rules read: all that reaches the jobs from elsewhere in the file. */
  inherited: string[];
  /** Name of the job that checks what was built before any job with a token gets it. */
  checkJob: string;
  /** Name of the job that signs what was checked, where attestations are wanted. */
  attestJob: string;
  publishStage: string;
  /** Name of the hidden job that newly created publishing jobs extend. */
  base: string;
  /** Names of the publishing jobs. */
  names: Record<IndexId, string>;
  /** The folder with what was built. */
  dist: string;
  /** The built files as shell words, where not all of them are in that folder. */
  files?: string | undefined;
  /** Runner tags that the project's publishing jobs require. */
  runnerTags: string[];
  /** Runner tags that jobs without tags of their own have by `default:`. */
  defaultTags: string[];
  /** The file has a global `before_script`, which the new jobs must not run. */
  hasDefaultBeforeScript: boolean;
}

/** The surroundings in an empty file. */
export const noSurroundings: Surroundings = {
  buildJobs: ['build'],
  buildStage: 'build',
  inputs: [],
  checkStage: 'test',
  rules: [tagRule, pushRule],
  occasions: ['version-tag', 'pre-release-tag', 'default-branch'],
  inherited: [],
  checkJob: 'check-dist',
  attestJob: 'attest',
  publishStage: 'deploy',
  base: baseJob,
  names: { pypi: 'release', testpypi: 'release-test' },
  dist: 'dist',
  runnerTags: [],
  defaultTags: [],
  hasDefaultBeforeScript: false,
};

/** What the file sets for all jobs, and the build job does not want. */
export interface SharedSettings {
  /** Jobs start without the repository unless they ask for it. */
  hasNoCheckout?: boolean;
  /** A cache that may hold files of earlier versions. */
  hasCachedDist?: boolean;
}

/** What the build job to create needs. */
export const needsOf = ({ inputs }: Surroundings): YamlTable =>
  inputs.length === 0
    ? {}
    : { needs: inputs.map(({ name, isNamed }) => (isNamed ? name : { job: name, optional: true })) };

/** The build job. */
export function buildLines(
  goal: PipelineGoal,
  around: Surroundings,
  { hasNoCheckout = false, hasCachedDist = false }: SharedSettings = {},
): string[] {
  const fromGit = isFromGit(goal);
  const variables = [
    ...(hasNoCheckout ? ['    GIT_STRATEGY: fetch'] : []),
    ...(fromGit ? ['    GIT_DEPTH: "0" # full history: the version is computed from tags'] : []),
  ];
  return [
    `${quoted(around.buildJobs[0] ?? 'build')}:`,
    `  stage: ${quoted(around.buildStage)}`,
    ...linesOf('build', needsOf(around)).slice(1),
    `  image: ${images.build}${fromGit ? ' # full image: git is needed to compute the version' : ''}`,
    ...tagLines(around),
    ...(variables.length > 0 ? ['  variables:', ...variables] : []),
    ...(around.hasDefaultBeforeScript ? ['  before_script: []'] : []),
    ...(hasCachedDist ? ['  cache: []'] : []),
    '  script:',
    ...buildScript(goal).flatMap(itemLines),
    '  artifacts:',
    '    paths:',
    '      - dist/',
    ...ruleLines(around),
  ];
}

function buildScript(goal: PipelineGoal): string[] {
  const sdist = goal.sdistOnly ? ' --sdist' : '';
  const { buildTimeVersion: place, packageDirectory } = goal;
  const version = place ? [buildTimeCommand(place, packageDirectory)] : [];
  return [...version, `uv build --no-sources${sdist}${inFolder(goal, '--out-dir')}`];
}

const inheritedLine = ({ inherited }: Surroundings) =>
  `    variables: ${inherited.length === 0 ? 'false' : `[${inherited.join(', ')}]`}`;

/** The job that checks what was built, so that the publishing jobs need no package or program for it. */
export function checkLines(goal: PipelineGoal, around: Surroundings): string[] {
  return [
    `${quoted(around.checkJob)}:`,
    `  stage: ${quoted(around.checkStage)}`,
    `  image: ${images.slim}`,
    ...tagLines(around),
    '  inherit:',
    '    default: false',
    inheritedLine(around),
    '  needs:',
    ...around.buildJobs.map((name) => `    - ${quoted(name)}`),
    '  variables:',
    '    GIT_STRATEGY: empty',
    '    UV_NO_CONFIG: "1"',
    '  script:',
    '    # Only distributions may be published; on a tag, only those of its version.',
    ...itemLines(tagCheck(around.dist, around.files)),
    ...(goal.publishWith === 'twine' ? twineLines : []),
    '  artifacts: # the only files the publishing jobs get',
    '    paths:',
    ...checkedPaths(goal, around).map((path) => `      - ${quoted(path)}`),
    ...ruleLines(around),
  ];
}

/** What the check job hands on: the files that it checked, and twine where that uploads. */
export function checkedPaths({ publishWith }: PipelineGoal, { dist, files }: Surroundings): string[] {
  const checked = files === undefined ? undefined : plainWords(files);
  return [...(checked ?? [`${dist}/`]), ...(publishWith === 'twine' ? [`${toolsFolder}/`] : [])];
}

/** The jobs whose artifacts a publishing job gets: what was checked, and the attestations alone of the one that signs. */
export const handedBy = ({ attest }: PipelineGoal, { checkJob, attestJob }: Surroundings): string[] =>
  attest ? [checkJob, attestJob] : [checkJob];

/**
 * The job that signs what was checked: https://docs.pypi.org/attestations/producing-attestations/. It hands on nothing
 * but the attestations, so that no package that it installs can change what is published.
 */
export function attestLines({ projectPath }: PipelineGoal, around: Surroundings): string[] {
  const guard = guardRule(projectPath, around.occasions.includes('schedule'));
  return [
    `${quoted(around.attestJob)}:`,
    `  stage: ${quoted(around.checkStage)}`,
    `  image: ${images.slim}`,
    ...tagLines(around),
    '  inherit: # nothing else runs next to the token',
    '    default: false',
    inheritedLine(around),
    '  needs:',
    `    - ${quoted(around.checkJob)}`,
    '  variables:',
    '    GIT_STRATEGY: empty # no checkout: only the checked files',
    '    UV_NO_CONFIG: "1"',
    '    UV_NO_CACHE: "1"',
    '  timeout: 15 minutes',
    '  id_tokens:',
    '    SIGSTORE_ID_TOKEN:',
    '      aud: sigstore',
    '  script:',
    '    # Nothing newer than that date is installed: raise it together with the version.',
    `    - ${signCommand(around)}`,
    '  artifacts: # nothing but the attestations, so that what was checked stays as it is',
    '    paths:',
    ...attestationPaths(around).map((path) => `      - ${quoted(path)}`),
    ...ruleLines({ ...around, rules: [guard, ...around.rules] }),
  ];
}

/** What signs the checked files: there is nothing else among them. */
export function signCommand({ dist, files }: Surroundings): string {
  const named = files === undefined ? `${pathForShell(dist)}/*` : plainWords(files).join(' ');
  const { pypiAttestations: version, checkedOn } = toolVersions;
  return `uvx --exclude-newer ${checkedOn} --from pypi-attestations==${version} pypi-attestations sign ${named}`;
}

/** What the job that signs hands on. */
export const attestationPaths = ({ dist, files }: Surroundings): string[] =>
  attestationsOf(files ?? `${dist}/*`);

/** Whatever the build left in the folder goes, and no environment of its own takes part. */
const twineLines = [
  '    # Installed here so that nothing is installed next to the token; nothing newer than that date.',
  `    - rm -rf ${toolsFolder}`,
  `    - uv pip install --quiet --system --target ${toolsFolder} --exclude-newer ${toolVersions.checkedOn} twine==${toolVersions.twine}`,
];

function ruleLines({ rules }: Pick<Surroundings, 'rules'>): string[] {
  return [
    '  rules:',
    ...stringify(rules, { lineWidth: 0 })
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`),
  ];
}

/** A command as YAML: plain where YAML reads the same text back, else with each character as the shell is to get it. */
function asYaml(command: string): string {
  if (/\p{Cc}/u.test(command)) return JSON.stringify(command);
  return /^[\w./]/.test(command) && !/:(?:\s|$)|\s#|\s$/.test(command)
    ? command
    : `'${command.replaceAll("'", "''")}'`;
}

/** The hidden base of the publishing jobs. */
export function baseLines(goal: PipelineGoal, around: Surroundings): string[] {
  const twine = goal.publishWith === 'twine';
  return [
    `${around.base}:`,
    `  stage: ${quoted(around.publishStage)}`,
    `  image: ${images.slim}`,
    ...tagLines(around),
    '  inherit: # nothing else runs next to the token',
    '    default: false',
    inheritedLine(around),
    '  dependencies:',
    ...handedBy(goal, around).map((name) => `    - ${quoted(name)}`),
    '  variables:',
    '    GIT_STRATEGY: empty # no checkout: only the built files',
    ...(twine
      ? [`    PYTHONPATH: ${toolsFolder}`, '    TWINE_NON_INTERACTIVE: "1"']
      : ['    UV_NO_CONFIG: "1"', '    UV_NO_CACHE: "1"']),
    '  interruptible: false',
    '  timeout: 15 minutes',
  ];
}

/** The job that publishes to one index, behind the guard by default on the index's usual occasion. */
export function publishLines(
  goal: PipelineGoal,
  index: PipelineIndex,
  around: Surroundings,
  rules = [usualRule(index.id, goal)],
): string[] {
  return [
    `${quoted(around.names[index.id])}:`,
    `  extends: ${around.base}`,
    ...ruleLines({ rules: [guardRule(goal.projectPath), ...rules] }),
    `  resource_group: ${quoted(index.environment)}`,
    '  environment:',
    `    name: ${quoted(index.environment)}`,
    `    url: ${index.page}`,
    ...(goal.route === 'token' ? [] : tokenLines(index)),
    '  script:',
    ...publishItems(goal, index, around.dist, around.files).flatMap(itemLines),
  ];
}

function tokenLines({ audience }: PipelineIndex): string[] {
  return ['  id_tokens:', `    ${tokenVariable(audience)}:`, `      aud: ${quoted(audience)}`];
}

function itemLines(item: string): string[] {
  if (!item.includes('\n')) return [`    - ${asYaml(item)}`];
  return [
    '    - |',
    ...item
      .trimEnd()
      .split('\n')
      .map((line) => (line === '' ? '' : `      ${line}`)),
  ];
}

/** The lines of a job given as data. */
export function linesOf(name: string, job: YamlTable): string[] {
  return stringify({ [name]: job }, { lineWidth: 0, aliasDuplicateObjects: false })
    .trimEnd()
    .split('\n');
}

/** The data of jobs given as lines. */
export function dataOf(lines: string[]): YamlTable {
  return parseYaml(`${lines.join('\n')}\n`).data;
}

/** The lines of one key of a job given as lines, from column 0. */
export function linesOfKey(lines: string[], key: string): string[] {
  const start = lines.findIndex((line) => line.startsWith(`  ${key}:`));
  const length = lines.slice(start + 1).findIndex((line) => /^ {2}\S/.test(line));
  const end = length < 0 ? lines.length : start + 1 + length;
  return start < 0 ? [] : lines.slice(start, end).map((line) => line.slice(2));
}

function tagLines({ runnerTags }: Surroundings): string[] {
  return runnerTags.length === 0 ? [] : ['  tags:', ...runnerTags.map((tag) => `    - ${quoted(tag)}`)];
}

/** The arguments by which a build in the repository's root builds the package in its folder. */
export function inFolder({ packageDirectory }: PipelineGoal, option: string): string {
  return packageDirectory === '.' ? '' : ` ${option} dist ${pathForShell(packageDirectory)}`;
}

/** Plain if YAML reads the same text back, else quoted. */
function quoted(text: string): string {
  return /^\.?[A-Za-z][\w./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
