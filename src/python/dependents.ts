import { posix } from 'node:path';
import { bumpConfigurations } from './bump-configurations.ts';
import { gitOf, type ImageGit } from './image-git.ts';
import { type Effect, effectsOf, type ToolCommand } from './tools.ts';

/** As much of a job's command as is needed here. */
export interface RunCommand extends ToolCommand {
  text: string;
  directory: string | undefined;
  redirects: readonly { operator: string; target: string }[];
  /** Where the job lists it; by default in its script. */
  section?: 'before_script' | 'script' | 'after_script';
  /** Scripts and targets on the way to it; none by default. */
  via?: readonly string[];
}

export interface RunningJob {
  name: string;
  /** The file that says what it runs, if that is not a pipeline's: a Dockerfile. */
  file?: string;
  /** Whether it has the repository's history, without which no version comes from git; it has by default. */
  hasHistory?: boolean;
  image: string | undefined;
  /** The variables of each instance, if it runs in several. */
  matrix?: readonly Record<string, string>[];
  commands: readonly RunCommand[];
}

export type Where = { job: string } | { file: string; line: number };

/** What a use of the written version needs once the version comes from git. */
export type UseRepair =
  /** Nothing breaks. */
  | { kind: 'not-needed' }
  /** The project is installed in an image without git: use another image, install git first, or pretend a version. */
  | { kind: 'git-in-image'; by: ImageGit & { has: 'no' }; otherwise: PretendVariable | undefined }
  /** `pip install 'setuptools-scm>=8'` before `setup.py`, which builds 0.0.0 without it. */
  | { kind: 'install-scm'; line: string }
  /** `version_provider = "scm"` in commitizen's table. */
  | { kind: 'commitizen-scm' }
  /** `importlib.metadata.version(name)` instead of the literal. */
  | { kind: 'importlib-metadata' }
  /** What gives the version from git does not run in the job's Python. */
  | { kind: 'newer-python' }
  /** No safe edit; reported with its line. */
  | { kind: 'by-hand' };

export interface VersionUse {
  kind: 'installs' | 'reads' | 'writes' | 'bumps' | 'tags' | 'repeats' | 'dirties' | 'pushes';
  where: Where;
  text: string;
  /** Whether it fails, or gives a wrong version, once the version comes from git. */
  breaks: boolean;
  repair: UseRepair;
  /** Where the job lists this command; undefined if a script or target that it calls has it. */
  section: RunCommand['section'];
}

export interface PretendVariable {
  name: string;
  value: string;
}

export interface DependentsInput {
  jobs: readonly RunningJob[];
  /** Text of a file, by its path from the repository root. */
  lookup: (path: string) => string | undefined;
  /** The package's folder relative to the root, '.' for the root itself. */
  directory: string;
  /** The version as written. */
  version: string;
  /** What would provide the version; it decides whether git is needed and which variable pretends a version. */
  source:
    | 'hatch-vcs'
    | 'setuptools-scm'
    | 'pdm'
    | 'poetry-dynamic-versioning'
    | 'uv-dynamic-versioning'
    | 'other';
  /** Python files that may repeat the version: `src/tide/__init__.py`, `docs/conf.py`. */
  sources: readonly string[];
}

/** Everything that depends on the written version: jobs first, then files. */
export function versionUses(input: DependentsInput): VersionUse[] {
  const inJobs = input.jobs.flatMap((job) => usesOfJob(job, input));
  return [...inJobs, ...usesInConfiguration(input), ...usesInSources(input)];
}

function usesOfJob(job: RunningJob, input: DependentsInput): VersionUse[] {
  const git = gitOf(job.image, job.commands);
  const lastBuild = job.commands.findLastIndex((command) => effectsOf(command).includes('builds'));
  const uses = job.commands.flatMap((command, index): VersionUse[] => {
    const found: VersionUse[] = [];
    const section = (command.via ?? []).length === 0 ? (command.section ?? 'script') : undefined;
    const add = (kind: VersionUse['kind'], breaks: boolean, repair: UseRepair) =>
      found.push({ kind, where: whereOf(job, command, input), text: command.text, breaks, repair, section });
    const effects = effectsOf(command);
    const asksBackend = effects.includes('reads-version') && !whetherReadBreaks(command)[0];
    const needsVersion =
      effects.includes('installs-project') ||
      effects.includes('builds') ||
      asksBackend ||
      packages(command) ||
      listsProject(command, input.lookup);
    if (needsVersion) add('installs', ...whetherInstallBreaks(command, git, job, index, input));
    if (effects.includes('reads-version') || readsFile(command)) add('reads', ...whetherReadBreaks(command));
    if (effects.includes('writes-version') || writesFile(command)) add('writes', true, byHand);
    if (effects.includes('bumps-version'))
      add('bumps', breaksBump(command, input), bumpRepair(command, input));
    if (effects.includes('tags')) add('tags', false, notNeeded);
    if (effects.includes('pushes')) add('pushes', false, notNeeded);
    if (index < lastBuild && dirties(command, effects, input)) add('dirties', true, byHand);
    return found;
  });
  return unique(uses);
}

function whereOf({ name, file }: RunningJob, { words }: RunCommand, { lookup }: DependentsInput): Where {
  if (file === undefined) return { job: name };
  const lines = (lookup(file) ?? '').split('\n');
  const at = lines.findIndex((line) => words.slice(0, 2).every((word) => line.includes(word)));
  return { file, line: Math.max(0, at) + 1 };
}

const byHand: UseRepair = { kind: 'by-hand' };
const notNeeded: UseRepair = { kind: 'not-needed' };

/** Only hatch can report a dynamic version; `uv version` and `poetry version` refuse or print 0.0.0. */
function whetherReadBreaks({ tool }: RunCommand): [boolean, UseRepair] {
  return tool === 'hatch' || tool === 'hatchling' || tool === 'setup.py' || tool === 'pdm'
    ? [false, notNeeded]
    : [true, byHand];
}

function whetherInstallBreaks(
  command: RunCommand,
  git: ImageGit,
  job: RunningJob,
  index: number,
  input: DependentsInput,
): [boolean, UseRepair] {
  if (packages(command)) return [true, byHand];
  if (isOldPython(job, command)) return [true, { kind: 'newer-python' }];
  const hasScm = job.commands
    .slice(0, index)
    .some(({ verb, args }) => verb === 'install' && args.some((word) => /^setuptools[-_]scm\b/.test(word)));
  if (command.tool === 'setup.py' && input.source === 'setuptools-scm' && !hasScm)
    return [true, { kind: 'install-scm', line: 'pip install "setuptools-scm>=8"' }];
  if (command.args.some((arg) => withoutIsolation.test(arg))) return [true, byHand];
  if (job.hasHistory === false || (job.file !== undefined && git.has === 'no')) return [true, byHand];
  if (git.has === 'no') return [true, { kind: 'git-in-image', by: git, otherwise: pretendOf(input) }];
  return [false, notNeeded];
}

/** Builds packages for a system, from its own packages, so without what gives the version from git. */
const packages = ({ tool = '', verb = '' }: RunCommand) =>
  /^(?:dpkg-buildpackage|debuild|gbp|sbuild|rpmbuild|mock|conda-build|rattler-build|snapcraft|makepkg)$/.test(
    tool,
  ) ||
  (tool === 'conda' && /^(?:mambabuild|build)$/.test(verb));

/** Whether pip installs the project by a list of requirements: `-e .` in requirements.txt. */
function listsProject(
  { tool, args, directory = '.' }: RunCommand,
  lookup: DependentsInput['lookup'],
): boolean {
  if (tool !== 'pip') return false;
  const lists = args.flatMap((arg, at) => {
    const [, path = args[at + 1]] = /^(?:-r|--requirement(?:=|$))(.+)?$/.exec(arg) ?? [undefined, ''];
    return path ? [lookup(posix.join(directory, path)) ?? ''] : [];
  });
  return lists.some((text) =>
    /^\s*(?:(?:-e|--editable)[ =]?\s*)?(?:file:)?\.{1,2}\/?(?:\[.*\])?\s*(?:#.*)?$/m.test(text),
  );
}

/** What takes the version from git needs Python 3.9 (https://pypi.org/project/setuptools/). */
function isOldPython({ image = '', matrix = [{}] }: RunningJob, { tool, text, words }: RunCommand): boolean {
  // It builds with the Pythons of its own images.
  if (tool === 'cibuildwheel') return false;
  const images = matrix.map((row) => image.replace(/\$\{?(\w+)\}?/g, (whole, name) => row[name] ?? whole));
  return (
    images.some((it) => /(?:^|\/)python:3\.[0-8](?!\d)/.test(it)) ||
    /\b(?:python|pip)3\.[0-8]\b/.test([text, ...words].join(' '))
  );
}

/** Builds with what is installed, so without what gives the version from git. */
const withoutIsolation = /^--no-(?:build-)?isolation(?:=|$)/;

/** The variable that tells the plugin which version to pretend; for jobs that publish nothing. */
function pretendOf({ source, version }: DependentsInput): PretendVariable | undefined {
  switch (source) {
    // hatch-vcs honours only the generic name: https://github.com/ofek/hatch-vcs
    case 'hatch-vcs':
    case 'setuptools-scm':
      return { name: 'SETUPTOOLS_SCM_PRETEND_VERSION', value: version };
    case 'pdm':
      return { name: 'PDM_BUILD_SCM_VERSION', value: version };
    case 'poetry-dynamic-versioning':
      return { name: 'POETRY_DYNAMIC_VERSIONING_BYPASS', value: version };
    case 'uv-dynamic-versioning':
      return { name: 'UV_DYNAMIC_VERSIONING_BYPASS', value: version };
    case 'other':
      return undefined;
  }
}

const holdsVersion =
  /(?:^|[/'"\s])(?:pyproject\.toml|setup\.(?:cfg|py)|(?:__init__|_?version|__version__|about|__about__)\.py|VERSION(?:\.txt)?)\b/;

/** grep, sed, awk, cut, tomllib ... on a file that contains the version. */
function readsFile({ tool = '', words, text, redirects }: RunCommand): boolean {
  const all = words.join(' ');
  if (/^(?:cat|grep|egrep|rg|awk|gawk|sed|cut|head|perl|tomlq|dasel|yq|toml|stoml)$/.test(tool))
    return holdsVersion.test(all) && /version/i.test(all) && !isInPlace(words);
  if (tool !== 'python') return false;
  const code = [text, ...redirects.map(({ target }) => target)].join('\n');
  return (
    (/\b(?:tomllib|tomli|toml|tomlkit|configparser)\b/.test(code) || namesProjectFile.test(code)) &&
    /version/i.test(code)
  );
}

const namesProjectFile = /pyproject\.toml|setup\.(?:cfg|py)\b|(?:__init__|version(?:__)?|__about__)\.py\b/;

const isInPlace = (words: readonly string[]) =>
  words.slice(1).some((word) => /^(?:-[a-zA-Z]*i\S*|--in-place.*)$/.test(word));

/** `sed -i` of a version, or a version file overwritten. */
function writesFile({ tool = '', words, redirects }: RunCommand): boolean {
  const target = redirects.find(({ operator }) => /^(?:>|>>|>\||&>)$/.test(operator))?.target ?? '';
  if (target !== '' && holdsVersion.test(target)) return true;
  const all = words.join(' ');
  return /^(?:sed|perl)$/.test(tool) && isInPlace(words) && (holdsVersion.test(all) || /version/i.test(all));
}

/** A tracked file changed before the build turns a build of the tag v1.2.3 into version 1.2.4.dev0. */
function dirties(command: RunCommand, effects: readonly Effect[], { lookup }: DependentsInput): boolean {
  if (effects.includes('changes-lock') || effects.includes('writes-version')) return true;
  const { directory = '.' } = command;
  const isTracked = (path: string) => lookup(posix.join(directory, path)) !== undefined;
  if (command.redirects.some(({ operator, target }) => /^(?:>|>>|>\|)$/.test(operator) && isTracked(target)))
    return true;
  return (/^(?:sed|perl)$/.test(command.tool ?? '') && isInPlace(command.words)) || writesFile(command);
}

function breaksBump({ tool, verb }: RunCommand, { lookup, directory, source }: DependentsInput): boolean {
  if (/^(?:poetry|uv|hatch|hatchling|pdm|rye)$/.test(tool ?? ''))
    return verb !== undefined && source !== 'other';
  const configured = bumpConfigurations(lookup, directory).filter((one) => isSameTool(one.tool, tool));
  // without any configuration, the tool reads the written version
  return configured.length === 0 ? tool !== 'semantic-release' : configured.some((one) => one.breaks);
}

/** bump-my-version reads bumpversion's configuration as well. */
const isSameTool = (one: string, other: string | undefined) =>
  one === other ||
  (/^bump/.test(one) && one !== 'bumpver' && (other === 'bumpversion' || other === 'bump-my-version'));

function bumpRepair({ tool }: RunCommand, { lookup, directory }: DependentsInput): UseRepair {
  const configured = bumpConfigurations(lookup, directory).find((one) => isSameTool(one.tool, tool));
  if (tool === 'semantic-release' || configured?.breaks === false) return notNeeded;
  return configured?.isProvider === true ? { kind: 'commitizen-scm' } : byHand;
}

function usesInConfiguration({ lookup, directory }: DependentsInput): VersionUse[] {
  return bumpConfigurations(lookup, directory).map(({ file, line, text, breaks, isProvider }) => ({
    kind: 'bumps',
    where: { file, line },
    text,
    breaks,
    repair: breaks ? (isProvider ? { kind: 'commitizen-scm' } : byHand) : notNeeded,
    section: undefined,
  }));
}

const assigned =
  /^\s*(?:__version__|version|release|VERSION|__VERSION__)\s*(?::\s*\w+\s*)?=\s*(?:[rub]?(["'])([^"'\n]+)\1)\s*(?:#.*)?$/;
const readsToml =
  /\b(?:tomllib|tomli|toml|tomlkit)\s*\.\s*loads?\b|\[\s*["']project["']\s*\]\s*\[\s*["']version["']\s*\]/;

const isTest = /(?:^|\/)tests?\//;

/** Searches the text of a project file for it. */
const searchesVersion = /\bre\.\w+\(.*version|version.*\bre\.\w+\(/i;
const projectFile = /["'/](?:pyproject\.toml|setup\.(?:cfg|py))["']/;

/** A hard-coded `__version__ = "1.2.3"` goes stale; code that reads pyproject.toml fails. */
function usesInSources({ lookup, sources, version }: DependentsInput): VersionUse[] {
  return sources.flatMap((file) => {
    const whole = (lookup(file) ?? '').slice(0, 200_000);
    const lines = whole.split('\n');
    if (!file.endsWith('.py')) return inOtherLanguage(file, lines);
    const found = lines.flatMap((text, index): VersionUse[] => {
      const where = { file, line: index + 1 };
      const use = {
        where,
        text: text.trim(),
        breaks: true,
        repair: { kind: 'importlib-metadata' },
        section: undefined,
      } as const;
      const written = assigned.exec(text)?.[2];
      if (
        written === version ||
        (written !== undefined && version.startsWith(`${written}.`) && /conf\.py$/.test(file))
      )
        return [{ kind: 'repeats', ...use }];
      if (
        /["']project["']\s*\]\s*\[\s*["']version["']/.test(text) ||
        (readsToml.test(text) && /version/i.test(text)) ||
        (searchesVersion.test(text) && projectFile.test(whole))
      )
        return [{ kind: 'reads', ...use, ...(isTest.test(file) ? { repair: byHand } : {}) }];
      if (isTest.test(file) && text.includes(version) && /version/i.test(text) && /==|assertEqual/.test(text))
        return [{ kind: 'reads', ...use, repair: byHand }];
      return [];
    });
    return found;
  });
}

/** A program or recipe in another language that names pyproject.toml and, somewhere, its version reads or writes it. */
function inOtherLanguage(file: string, lines: string[]): VersionUse[] {
  const index = lines.findIndex((text) => /pyproject\.toml|\bload_setup_py_data\b/.test(text));
  const at = index < 0 ? -1 : lines.findIndex((text) => /\bversion\b[^\w\n]*[=:]/i.test(text));
  if (at < 0) return [];
  const text = (lines[at] ?? '').trim();
  return [
    { kind: 'reads', where: { file, line: at + 1 }, text, breaks: true, repair: byHand, section: undefined },
  ];
}

function unique(uses: VersionUse[]): VersionUse[] {
  const seen = new Map(
    uses.map((use) => [JSON.stringify([use.kind, use.where, use.text, use.section]), use]),
  );
  return [...seen.values()];
}

/** Where the version should come from. */
export type VersionAdvice =
  | { kind: 'git' }
  /** Keep the written version; the pipeline derives the version of each build from it. */
  | { kind: 'keep-written'; because: VersionUse[] }
  /** The pipeline already sets the versions: for tags, for other builds, or both. */
  | ({ kind: 'leave' } & PipelineVersions);

export interface PipelineVersions {
  /** Commands that write the tag into the project. */
  fromTag: string[];
  /** Commands that write a version with the pipeline's or job's number. */
  fromNumber: string[];
}

/** Whether nothing here can put a use right. */
export const isByHand = ({ repair }: Pick<VersionUse, 'repair'>): boolean =>
  repair.kind === 'by-hand' || repair.kind === 'newer-python';

/**
 * Recommends git if little depends on the written version; keeping it if a tool bumps it or several uses would break
 * beyond repair; and no change if the pipeline already sets the versions.
 */
export function adviseVersion(
  input: DependentsInput,
  uses: readonly VersionUse[] = versionUses(input),
): VersionAdvice {
  const made = versionsByPipeline(input);
  if (made.fromTag.length + made.fromNumber.length > 0) return { kind: 'leave', ...made };
  const bumps = uses.filter((use) => use.breaks && use.kind === 'bumps');
  const others = uses.filter((use) => use.breaks && use.kind !== 'bumps' && isByHand(use));
  return bumps.length > 0 || others.length > 1
    ? { kind: 'keep-written', because: [...bumps, ...others] }
    : { kind: 'git' };
}

/** The commands with which the pipeline gives builds their own version. */
export function versionsByPipeline({ jobs }: Pick<DependentsInput, 'jobs'>): PipelineVersions {
  const writers = jobs.flatMap(({ commands }) => commands.filter(writesVersion)).map(({ text }) => text);
  const matching = (pattern: RegExp) => [...new Set(writers.filter((text) => pattern.test(text)))];
  return {
    fromTag: matching(/\$\{?CI_COMMIT_(?:TAG|REF_NAME)\b/),
    fromNumber: matching(/\$\{?CI_(?:PIPELINE_I?ID|JOB_ID)\b/),
  };
}

const writesVersion = (command: RunCommand) =>
  writesFile(command) ||
  effectsOf(command).some((effect) => effect === 'writes-version' || effect === 'bumps-version');
