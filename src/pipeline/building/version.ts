import { buildTimeCommand, needsUv } from '../../python/versions/build-time-command.ts';
import type { YamlTable } from '../../text/yaml/document.ts';
import { insertItem, ownAt, replaceItem, setYaml } from '../../text/yaml/draft.ts';
import { imageOf } from '../checks.ts';
import { jobOf, note, type PipelineEdit } from '../edit.ts';
import type { PipelineGoal } from '../pipeline-goal.ts';
import { buildsDistributions } from '../recognise/commands.ts';
import { lines, scriptOf } from '../recognise/jobs.ts';

/** Commands that write a development version before the build; none if it comes from git. */
export function versionCommands(goal: PipelineGoal, imageAndScript: string): string[] {
  const { buildTimeVersion: place, packageDirectory } = goal;
  if (place === undefined) return [];
  const install = needsUv(place) && !/\buv\b/.test(imageAndScript) ? ['pip install uv'] : [];
  return [...install, buildTimeCommand(place, packageDirectory)];
}

/** Writes a development version before the build. */
export function giveVersion(edit: PipelineEdit, name: string, job: YamlTable): void {
  const path = [name, 'script'];
  const own = ownAt(edit.draft, path);
  const script = lines(job.script);
  const at = Math.max(
    0,
    script.findIndex((item) => buildsDistributions(item)),
  );
  const added = versionCommands(edit.goal, `${imageOf(job)}\n${scriptOf(job)}`);
  if (Array.isArray(own) && own.length === script.length) {
    for (const item of added.toReversed()) insertItem(edit.draft, path, at, item);
  } else setYaml(edit.draft, path, script.toSpliced(at, 0, ...added));
  note(edit, path, 'builds the written version', added.at(-1) ?? null);
}

/** Commands that build without the build requirements, and so without whatever provides the version. */
const blind = /\bpython3?[ \t]+setup\.py[ \t][^\n;&|]*\b(?:sdist|bdist_wheel)\b[^\n;&|]*/;

/** Replaces them with builds that take the version from git; `poetry build` needs a plugin for that. */
export function seeTheVersion(edit: PipelineEdit, name: string): void {
  const path = [name, 'script'];
  if (edit.goal.poetryPlugin) addPoetryPlugin(edit, name);
  const script = ownAt(edit.draft, path);
  for (const [index, item] of lines(script).entries()) {
    const wanted = item.replace(blind, 'python -m pip install build && python -m build');
    if (wanted === item) continue;
    note(edit, path, item, wanted);
    if (Array.isArray(script)) replaceItem(edit.draft, path, index, wanted);
    else setYaml(edit.draft, path, wanted);
  }
}

/** https://github.com/mtkennerly/poetry-dynamic-versioning#installation */
function addPoetryPlugin(edit: PipelineEdit, name: string): void {
  const path = [name, 'script'];
  const job = jobOf(edit, name);
  const script = lines(job.script);
  const at = script.findIndex((item) => /\bpoetry[ \t]+(?:-\S+[ \t]+)*build\b/.test(item));
  if (at < 0 || scriptOf(job).includes('poetry-dynamic-versioning')) return;
  const command = "poetry self add 'poetry-dynamic-versioning[plugin]'";
  note(edit, path, script[at], `${command} before it`);
  if (Array.isArray(ownAt(edit.draft, path))) insertItem(edit.draft, path, at, command);
  else setYaml(edit.draft, path, script.toSpliced(at, 0, command));
}
