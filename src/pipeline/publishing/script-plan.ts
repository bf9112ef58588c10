import { isCredentialName } from '../../indexes/upload-variables.ts';
import { UnsafeEdit } from '../../text/result.ts';
import { firstLine } from '../../text/text.ts';
import type { YamlTable } from '../../text/yaml/document.ts';
import {
  buildsDistributions,
  type CommandKind,
  comparesVersion,
  isBuildWrapper,
  isWrapper,
  kindOf,
  signs,
  uploads,
} from '../recognise/commands.ts';
import { lines } from '../recognise/jobs.ts';
import { takeApart, variablesRead } from '../recognise/shell.ts';
import { commandsOf } from '../recognise/uploads.ts';
import { isTagCheck } from '../tag-check.ts';
import { isAttestation, isLinkToVersion } from '../uploading.ts';

/** A command of a publishing job, and what becomes of it. */
export interface ScriptStep {
  text: string;
  kind: CommandKind;
}

/** A planned script item: kept, rewritten around the `upload`, or gone. */
export type PlannedItem = { keep: string } | { before: string[]; upload: true; after: string[] } | 'gone';

/** What becomes of a publishing job's scripts. */
export interface ScriptPlan {
  beforeScript: PlannedItem[];
  script: PlannedItem[];
  /** What the project does before and after the upload; moves into jobs without the token. */
  rest: { before: string[]; after: string[] };
  /** The files named by the old upload, as written, if not all of `dist/`. */
  files?: string;
  /** A program of the project that is taken to be the upload, and no longer runs. */
  wrapper?: string;
  /** Everything up to the last build, if the job builds; else empty. */
  building: ScriptStep[];
}

/**
 * Plans a publishing job's scripts: replaces the upload, drops what only served it, moves the build into its own job,
 * and keeps the rest. Throws `UnsafeEdit` if the script decides by itself when to upload.
 */
export function planScript(name: string, job: YamlTable): ScriptPlan {
  const before = stepsIn(name, job, 'before_script');
  const script = stepsIn(name, job, 'script');
  const all = [...before, ...script].flat();
  const forRelease = (step: ScriptStep) => job.release !== undefined && servesRelease.test(step.text);
  const building = buildingOf(all).filter((step) => !forRelease(step));
  const dropped = droppedNames(all, building);
  const moves = all.some(({ kind, text }) => kind === 'place' && /^(?:cd|pushd)\b/.test(text));
  const stays: Stays = (step) =>
    step.kind === 'harmless' && !readsSecret(step, dropped) && !looksElsewhere(step, moves);
  const seen = { upload: false };
  const plan = (items: ScriptStep[][], texts: string[]) =>
    items.map((steps, index) => planItem(steps, texts[index] ?? '', stays, seen));
  const wrapper = all.find((step) => step.kind === 'upload' && !uploads(step.text));
  return {
    beforeScript: plan(before, lines(job.before_script)),
    script: plan(script, lines(job.script)),
    rest: restOf(
      name,
      all.filter((step) => !forRelease(step)),
      building,
      [...all.filter(forRelease), ...laterSteps(name, job)],
    ),
    building,
    ...(wrapper === undefined ? {} : { wrapper: wrapper.text }),
    ...filesIn(all),
  };
}

/** Brings the program that `release` needs in the job's own image: https://docs.gitlab.com/ci/yaml/#release */
const servesRelease = /\b(?:release-cli|glab)\b/;

/** The commands of each item of a job's script. Throws `UnsafeEdit` if it decides by itself when to upload. */
export function stepsIn(
  name: string,
  job: YamlTable,
  key: 'before_script' | 'script' | 'after_script',
): ScriptStep[][] {
  const kind = kindsIn(job);
  return lines(job[key]).map((item) => stepsOf(name, item, kind));
}

type Stays = (step: ScriptStep) => boolean;

const readsSecret = ({ text }: ScriptStep, dropped: ReadonlySet<string>) =>
  variablesRead(text).some((name) => dropped.has(name) || isCredentialName(name));

/** Lists files that are not there any more: the job has no checkout, only dist/, and `cd` goes. */
const looksElsewhere = ({ text }: ScriptStep, moves: boolean) =>
  /^ls\b/.test(text) &&
  text
    .split(/\s+/)
    .slice(1)
    .some((word) => !word.startsWith('-') && (moves || !/^["']?(?:\.\/)?dist\b/.test(word)));

/** Commands that change the uploaded files, so they cannot be separated from the upload. */
const changesFiles =
  /^(?:(?:mv|cp|rename|auditwheel|delocate-\w+|gpg2?|cosign|strip|zip|unzip|tar)\b|sed\b.*\s-i)/;

/** A command on files of its own, named one by one: `unzip awscli.zip`. */
const isAboutOthers = (text: string) => !/\*|\$|\.\.|\bdist\b|\bwheel|\.whl\b|\.tar\b|\.tgz\b/.test(text);

/**
 * What `after_script` does for the project, which a job behind the upload can do as well. It runs whatever happened
 * before, so commands that ask for that are refused.
 */
function laterSteps(name: string, job: YamlTable): ScriptStep[] {
  const steps = stepsIn(name, job, 'after_script').flat();
  const own = steps.filter(({ kind, text }) => kind === 'other' && !cleansUp.test(text));
  const asking = own.find(({ text }) => /\bCI_JOB_STATUS\b/.test(text));
  if (asking === undefined) return own;
  throw new UnsafeEdit(
    `the after_script of the job '${name}' tells how the job ended (${firstLine(asking.text)}): move that into a job of its own first`,
  );
}

const cleansUp =
  /^(?:rm|rmdir|unset|deactivate|kill|df|du|docker[ \t]+logout|(?:uv|pip3?|poetry|pdm)[ \t]+cache)\b/;

/**
 * The project's own commands around the upload, with the tools they may need. Throws `UnsafeEdit` if they change the
 * uploaded files.
 */
function restOf(
  name: string,
  all: ScriptStep[],
  building: ScriptStep[],
  later: ScriptStep[],
): ScriptPlan['rest'] {
  const upload = all.findIndex(({ kind }) => kind === 'upload');
  const others = all.filter((step) => !building.includes(step));
  const at = upload < 0 ? others.length : others.indexOf(all[upload] as ScriptStep);
  const [before, after] = [others.slice(0, at), [...others.slice(at + 1), ...later]];
  const ending = (upload < 0 ? [] : all.slice(0, upload)).find(
    ({ kind, text }) => kind === 'other' && endsWell.test(text),
  );
  if (ending !== undefined)
    throw new UnsafeEdit(
      `the script of the job '${name}' decides by itself whether to upload (${firstLine(ending.text)}): first let 'rules' decide that`,
    );
  const changing = before.find(
    ({ kind, text }) => kind === 'other' && changesFiles.test(text) && !isAboutOthers(text),
  );
  if (changing !== undefined)
    throw new UnsafeEdit(
      `the job '${name}' changes the built files before it uploads them (${changing.text}): first do that in the job that builds`,
    );
  // Tools and libraries alone serve nothing without the commands that used them.
  const isOwn = (steps: ScriptStep[]) => steps.some(({ kind, text }) => kind === 'other' && !setsUp(text));
  const texts = (steps: ScriptStep[]) =>
    steps.filter((step) => step.kind === 'other' || prepares(step)).map(({ text }) => text);
  // The build may have been the reason for a tool, but what stays may need it as well.
  const equips = (step: ScriptStep) => prepares(step) || (step.kind === 'other' && setsUp(step.text));
  const prepared = building.filter(equips);
  return {
    before: isOwn(before) ? texts([...prepared, ...before]) : [],
    after: isOwn(after) ? texts([...prepared, ...before.filter(equips), ...after]) : [],
  };
}

/** Whether a command only makes the environment of those that follow, or shows it. */
export const setsUp = (text: string): boolean =>
  [installsByName, makesEnvironment, setsVariables].some((one) => one.test(text));

const makesEnvironment =
  /^(?:(?:python3?[ \t]+-m[ \t]+)?(?:virtualenv|pipx[ \t]+ensurepath|pip3?[ \t]+(?:freeze|list|cache))|git[ \t]+config[ \t]+--global|env|id|uname|which)(?:\s|$)/;

/** To what is written there. */
const setsVariables = /^(?:export[ \t]+)?\w+=[^$`(]*$/;

/** Installs packages by name or list; a wheel that was built is tried out by installing it. */
const installsByName =
  /(?:^(?:sudo[ \t]+)?(?:(?:(?:[\w.~$-]*\/)*python3?[ \t]+-m[ \t]+)?(?:[\w.~$-]*\/)*pip3?|apt(?:-get)?|apk|dnf|microdnf|yum|zypper|conda|mamba|gem|npm)[ \t]+(?:-\S+[ \t]+)*(?:install|add|update|upgrade)\b|^pacman[ \t]+-S)(?!.*(?:\s\.{1,2}(?:[/[\s]|$)|\bdist\b|\.whl\b|\s-e\b|&&|;))/;

/** Makes tools available to the commands that follow. */
const prepares = ({ kind, text }: ScriptStep) => kind === 'install' || /^export[ \t]+PATH=/.test(text);

/** A program of the project counts as the upload, or the build, if the job has no other. */
function kindsIn(job: YamlTable): (command: string) => CommandKind {
  const own = commandsOf(job);
  const hasUpload = own.some(uploads);
  const hasBuild = own.some((it) => buildsDistributions(it) || uploadsItsBuild(it));
  return (command) => {
    if (!hasUpload && isWrapper(command)) return 'upload';
    // Nothing else in the job makes what it uploads.
    if (hasUpload && !hasBuild && isBuildWrapper(command)) return 'build';
    if (/\btwine[ \t]+check\b/.test(command) && !uploads(command)) return 'other';
    if (isLinkToVersion(command)) return 'report';
    return kindOf(command);
  };
}

function stepsOf(name: string, item: string, kind: (command: string) => CommandKind): ScriptStep[] {
  if (isTagCheck(item) || comparesVersion(item) || asksIndex(item) || asksProject(item))
    return [{ text: item, kind: 'tag check' }];
  const taken = takeApart(withoutTolerance(item));
  if (taken.kind === 'commands') return taken.commands.map((text) => ({ text, kind: kind(text) }));
  const upload = taken.text.split('\n').find((line) => kind(line.trim()) === 'upload');
  if (upload !== undefined)
    throw new UnsafeEdit(
      `the script of the job '${name}' decides by itself when and where to upload (${upload.trim()}): first let 'rules' decide that, and the script upload`,
    );
  if (signs(taken.text))
    throw new UnsafeEdit(`the script of the job '${name}' decides by itself what to sign`);
  const isCredential = /\.pypirc/.test(taken.text) || asksForCredential(taken.text);
  return [{ text: taken.text, kind: isCredential ? 'credential' : 'other' }];
}

/** What is done if a command fails, where that is nothing: `|| true`. A version that is uploaded once has no use for it. */
function withoutTolerance(item: string): string {
  const [, command = ''] =
    /^\s*([^\n|]*?)\s*\|\|\s*(?:true|:|(?:echo|printf)\b[^\n;&|]*)\s*$/.exec(item) ?? [];
  return uploads(command) ? command : item;
}

/** Does no more than tell whether a credential is set, which is not needed any more. */
function asksForCredential(item: string): boolean {
  const asks = String.raw`(?:test\s+|\[\[?\s*)(?:!\s*)?-[nz]\s+["']?\$\{?(\w+)(?::?-)?\}?["']?\s*\]{0,2}\s*`;
  const [, name, rest = ''] =
    new RegExp(String.raw`^\s*if\s+${asks}[;\n]([\s\S]*)\bfi\s*$`).exec(item) ??
    new RegExp(String.raw`^\s*${asks}(?:&&|\|\|)\s*([\s\S]*)$`).exec(item) ??
    [];
  const does = rest.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, '""').split(/[;\n(){}]|\bthen\b|\belse\b/);
  return (
    name !== undefined &&
    isCredentialName(name) &&
    does.every((part) =>
      /^\s*(?:(?:echo|printf)\b[^$`|>&]*|exit(?:\s+\d+)?)?\s*$/.test(part.replace(/>&2/, '')),
    )
  );
}

/** Ends the job well in other projects, forks above all, where the job's rules no longer let it start. */
const asksProject = (item: string) =>
  /^\s*if\s+(?:test\s+|\[\[?\s*)["']?\$\{?CI_PROJECT_PATH\}?["']?\s*!=\s*["']?[\w./-]+["']?\s*\]{0,2}\s*[;\n]/.test(
    item,
  ) && endsInThen.test(item);

/** Says something and ends well, in the `then` of an `if` that has no other branch. */
const endsInThen = /\bthen\s(?:\s*(?:echo|printf)\b[^\n;]*[;\n])*\s*exit(?:[ \t]+0)?\s*[;\n]\s*fi\s*$/;

/** Ends the job well before the upload if the index has the version already; each version is published once anyway. */
const asksIndex = (item: string) =>
  /^\s*if\b[^\n;]*\bpypi\.org\/(?:pypi|simple)\/[\s\S]*\bfi\s*$/.test(item) && endsInThen.test(item);

/** Ends a script well; in a job of its own it would no longer keep anything from being uploaded. */
const endsWell = /(?:^|[\s;&|({])exit(?:[ \t]+0)?[ \t]*(?:[;&|)}\n]|$)/;

/** An upload command that builds first, or a program of the project that may do so. */
const buildsToo =
  /\b(?:flit|maturin|pdm)\b.*\bpublish\b|\bpoetry\b.*\bpublish\b.*--build\b|\bsdist\b.*\bupload\b/;

/** Whether an upload command builds what it uploads. */
export const uploadsItsBuild = (script: string): boolean =>
  script.split('\n').some((line) => uploads(line) && buildsToo.test(line) && !/--no-build\b/.test(line));

/** Prints a credential's name or state. */
const isIdle = ({ kind, text }: ScriptStep) =>
  kind === 'harmless' && variablesRead(text).some(isCredentialName);

/** Everything up to the last build before an upload, or the build that the upload does first. */
export function buildingOf(steps: ScriptStep[]): ScriptStep[] {
  const upload = steps.findIndex(({ kind }) => kind === 'upload');
  const last = steps.findLastIndex(({ kind }, at) => kind === 'build' && (upload < 0 || at < upload));
  if (last >= 0) return steps.slice(0, last + 1).filter((step) => !isIdle(step));
  const { text = '' } = steps[upload] ?? {};
  if (!buildsToo.test(text) || /--no-build\b/.test(text)) return [];
  const before = steps.slice(0, upload).filter((step) => !isIdle(step));
  return [...before, { text: buildIn(text), kind: 'build' }];
}

/** The build that an upload command does first. */
function buildIn(upload: string): string {
  const [, maturin, options = ''] = /^(.*\bmaturin)[ \t]+publish\b(.*)$/s.exec(upload) ?? [];
  if (maturin !== undefined)
    return `${maturin} build --release --sdist --out dist${options.replace(ofUpload, '')}`;
  const [, setup] = /^(.*\bsetup\.py\b.*?)[ \t]+upload\b/s.exec(upload) ?? [];
  if (setup !== undefined) return setup.replace(/[ \t]+register\b/, '');
  const [, tool = ''] =
    /^(.*\b(?:flit|pdm|poetry)[ \t]+(?:-\S+[ \t]+(?:[^\s-]\S*[ \t]+)?)*?)publish\b/s.exec(upload) ?? [];
  return `${tool}build`;
}

/** The options of `maturin publish` that its build does not have, and those that are given in any case. */
const ofUpload =
  /[ \t]+(?:--(?:skip-existing|non-interactive|no-sdist|release)|(?:-[upro]|--(?:username|password|repository|repository-url|out))[ =]\S+)(?=\s|$)/g;

/** Without directory or variable names, the files of an upload are unknown. */
function filesIn(steps: ScriptStep[]): Pick<ScriptPlan, 'files'> {
  const all = steps.filter(({ kind, text }) => kind === 'upload' && uploads(text)).map(namedIn);
  // One that names none uploads them all.
  const files = all.includes('') ? '' : [...new Set(all.flatMap((it) => it.split(' ')))].join(' ');
  const certain =
    !/\$/.test(files) && !steps.some(({ kind, text }) => kind === 'place' && text.startsWith('cd'));
  return certain && !/^(?:["']?(?:\.\/)?dist\/\*["']?)?$/.test(files) ? { files } : {};
}

/** The files that an upload command names. */
function namedIn({ text: upload }: ScriptStep): string {
  // Those that it finds, or that another shell gets, as in `docker run`, are only known there.
  const isDirect = !/^find\b|\s-c\s+["']/.test(upload);
  const words = isDirect ? (upload.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []) : [];
  return words
    .filter((word) => !/^-|=/.test(word) && /\*|\.whl|\.tar\.gz/.test(word) && !isAttestation(word))
    .join(' ');
}

/** Names set only by commands that go; whatever prints them has nothing left to print. */
function droppedNames(steps: ScriptStep[], building: ScriptStep[]): ReadonlySet<string> {
  const going = [...building, ...steps.filter(({ kind }) => kind === 'credential' || kind === 'report')];
  return new Set(going.flatMap(({ text }) => /^(?:export\s+)?(\w+)=/.exec(text)?.[1] ?? []));
}

function planItem(steps: ScriptStep[], text: string, stays: Stays, seen: { upload: boolean }): PlannedItem {
  const at = steps.findIndex(({ kind }) => kind === 'upload');
  if (at >= 0 && !seen.upload) {
    seen.upload = true;
    const kept = (part: ScriptStep[]) => part.filter(stays).map((step) => step.text);
    return { before: kept(steps.slice(0, at)), upload: true, after: kept(steps.slice(at + 1)) };
  }
  const kept = steps.filter(stays);
  if (kept.length === steps.length) return { keep: text };
  if (kept.length === 0) return 'gone';
  const joint = text.trim().includes('\n') ? '\n' : ' && ';
  return { keep: kept.map((step) => step.text).join(joint) };
}
