import { posix } from 'node:path';
import { buildTimeCommand, needsUv } from '../../python/versions/build-time-command.ts';
import { UnsafeEdit } from '../../text/result.ts';
import type { YamlTable } from '../../text/yaml/document.ts';
import type { Check } from '../check.ts';
import { type PipelineEdit, seen } from '../edit.ts';
import { sharedBeforeScript } from '../globals.ts';
import { commandsOfJob } from '../model/commands.ts';
import { isFromGit, type PipelineGoal } from '../pipeline-goal.ts';
import { buildsDistributions } from '../recognise/commands.ts';
import { imageFor } from '../recognise/image.ts';
import { lines, scriptOf } from '../recognise/jobs.ts';
import { jobVariables } from '../recognise/uploads.ts';
import { want } from '../want.ts';

/** What surrounds a build. */
export interface BuildPlace {
  image: string;
  /** Lines before the build, those of `before_script` first. */
  before: string[];
  variables?: Record<string, string>;
}

/** Commands that write a development version before the build; none if it comes from git. */
export function versionCommands(goal: PipelineGoal, { image, before, variables = {} }: BuildPlace): string[] {
  const { buildTimeVersion: place, packageDirectory } = goal;
  if (place === undefined) return [];
  const lines = { name: '', before_script: [], script: [...before, 'true'], after_script: [], variables };
  const directory = commandsOfJob(lines).commands.at(-1)?.directory;
  if (directory === undefined)
    throw new UnsafeEdit(
      'where the shell stands before the build is only known when it runs, and the version has to be written there',
    );
  const folder = posix.relative(directory, packageDirectory) || '.';
  if (!needsUv(place) || /\buv\b/.test(`${image}\n${before.join('\n')}`))
    return [buildTimeCommand(place, folder)];
  return hasPip(image, before.join('\n'))
    ? ['pip install uv', buildTimeCommand(place, folder)]
    : [buildTimeCommand(withoutUv, folder)];
}

/** The same place for `sed`. */
const withoutUv = { kind: 'line', path: 'pyproject.toml', key: 'version', section: 'project' } as const;

/** Whether `pip install` works: systems other than Python's own images may lack it, or refuse to be changed. */
const hasPip = (image: string, script: string) =>
  image === '' ||
  /(?:^|\/)(?:python|pypy)(?::(?!3\.[0-7]\b)|$)|conda/.test(image) ||
  /(?<![\w./-])pip3?[ \t]+install\b(?![^\n;&|]*--break-system)/.test(script);

/** Writes a development version before the build. */
export function giveVersion(edit: PipelineEdit, name: string, job: YamlTable): void {
  const script = lines(job.script);
  const at = Math.max(
    0,
    script.findIndex((item) => buildsDistributions(item)),
  );
  const data = seen(edit);
  const before = [...lines(job.before_script), ...sharedBeforeScript(job, data), ...script.slice(0, at)];
  const image = imageFor(job, data);
  const added = versionCommands(edit.goal, { image, before, variables: jobVariables(job, data) });
  want(edit, [name, 'script'], script.toSpliced(at, 0, ...added));
}

/**
 * A command that builds without the build requirements, and so without whatever provides the version: the variables
 * and programs before it, and its Python.
 */
export const setupPyBuild =
  /((?:\b(?:\w+=(?:"[^"\n]*"|'[^'\n]*'|[^\s"'])*|sudo|env|time|nice|xvfb-run)[ \t]+)*)(?:(?<![\w/.$-])((?:[\w./${}-]*\/)?python(?:\d+(?:\.\d+)*)?|\$\{?PYTHON\w*\}?)[ \t]+|(?<![\w/.])\.\/)setup\.py[ \t][^\n;&|]*\b(?:sdist|bdist_wheel)\b[^\n;&|]*/;

/** Whether the edit of a build job replaces a command, so that it sees the version from git. */
export const isBlindBuild = (command: string) => setupPyBuild.test(command) && !/\bupload\b/.test(command);

/** The same kinds of distribution, built with the build requirements. */
function inIsolation(command: string, before = '', python = 'python'): string {
  const [sdist, wheel] = [/\bsdist\b/, /\bbdist_wheel\b/].map((kind) => kind.test(command));
  const only = sdist === wheel ? '' : sdist ? ' --sdist' : ' --wheel';
  const [, folder] = /\s(?:--dist-dir[= ]|-d[ ]?)(\S+)/.exec(command) ?? [];
  const outdir = folder === undefined ? '' : ` --outdir ${folder}`;
  return `${python} -m pip install build && ${before}${python} -m build${only}${outdir}`;
}

const poetryBuild = /\bpoetry[ \t]+(?:-\S+[ \t]+)*build\b/;

/** Invariants that make a build see the version from git; `poetry build` needs a plugin for that. */
export function versionChecks({ goal, ...edit }: PipelineEdit): Check[] {
  const data = seen(edit);
  return [
    {
      path: ['script'],
      // https://github.com/mtkennerly/poetry-dynamic-versioning#installation
      holds: (job) =>
        !(goal.poetryPlugin && isFromGit(goal)) ||
        !lines(job.script).some((item) => poetryBuild.test(item)) ||
        [scriptOf(job), ...sharedBeforeScript(job, data)].join('\n').includes('poetry-dynamic-versioning'),
      repair: addPoetryPlugin,
    },
    {
      path: ['script'],
      holds: (job) => !isFromGit(goal) || !lines(job.script).some((item) => setupPyBuild.test(item)),
      repair: (edit, { name }, job) =>
        want(
          edit,
          [name, 'script'],
          lines(job.script).map((item) => item.replace(new RegExp(setupPyBuild, 'g'), inIsolation)),
        ),
    },
  ];
}

function addPoetryPlugin(edit: PipelineEdit, { name }: { name: string }, job: YamlTable): void {
  const script = lines(job.script);
  const at = script.findIndex((item) => poetryBuild.test(item));
  const command = "poetry self add 'poetry-dynamic-versioning[plugin]'";
  want(edit, [name, 'script'], script.toSpliced(at, 0, command));
}
