import { quoteForShell } from '../text/shell.ts';
import type { YamlTable } from '../text/yaml/document.ts';
import { isOfficialUpload, type PipelineGoal, type PipelineIndex } from './pipeline-goal.ts';
import { kindOf } from './recognise/commands.ts';
import { lines, scriptItems, scriptOf } from './recognise/jobs.ts';
import { commandsOf } from './recognise/uploads.ts';
import { isTagCheck, tagCheck } from './tag-check.ts';

/** The items of the script that publishes what was built, or those files of it that are given as shell words. */
export function publishItems(
  goal: PipelineGoal,
  index: PipelineIndex,
  dist: string,
  files?: string,
): string[] {
  const check = index.id === 'pypi' ? [tagCheck(goal.publishWith, dist)] : [];
  const all = `${quoteForShell(dist)}/*`;
  return [...check, uploadCommand(goal, index, files ?? all)];
}

/** The command that uploads what was built, as the Trusted Publisher or with the token that the tool finds by itself. */
function uploadCommand(goal: PipelineGoal, { id, uploadUrl }: PipelineIndex, files: string): string {
  if (goal.publishWith === 'twine') {
    const test = id === 'testpypi' ? ' --repository testpypi --skip-existing' : '';
    // For other indexes twine knows neither the user name that goes with a token nor how to skip a file.
    const other = ` --username __token__ --repository-url ${uploadUrl}`;
    return `twine upload${isOfficialUpload(uploadUrl) ? test : other} ${files}`;
  }
  const to = uploadUrl === 'https://upload.pypi.org/legacy/' ? '' : ` --publish-url ${uploadUrl}`;
  const trusted = goal.route === 'token' ? '' : ' --trusted-publishing always';
  return `uv publish${trusted}${to}${files === 'dist/*' ? '' : ` ${files}`}`;
}

/** Whether a script publishes to an index as it should. */
export function publishes(job: YamlTable, goal: PipelineGoal, index: PipelineIndex, dist: string): boolean {
  const script = scriptOf({ script: job.script ?? null });
  if (index.id === 'pypi' && !lines(job.script).some(isTagCheck)) return false;
  if (doesMore(job)) return false;
  if (dist !== 'dist' && !script.includes(dist)) return false;
  return goal.publishWith === 'twine' ? publishesByTwine(script, index) : publishesByUv(script, goal, index);
}

/** A job that publishes neither builds nor sets up credentials, nor compares versions in a way of its own. */
function doesMore(job: YamlTable): boolean {
  const commands = scriptItems(job)
    .filter((item) => !isTagCheck(item))
    .flatMap((item) => commandsOf({ script: [item] }));
  return commands.some((command) => /^(?:build|credential|tag check)$/.test(kindOf(command)));
}

/** Credentials in a command would take the place of those that the tool finds by itself. */
const givenCredentials = /\b(?:twine\s+upload|uv\s+publish)\b.*\s(?:-[upt]|--username|--password|--token)\b/;

function publishesByTwine(script: string, index: PipelineIndex): boolean {
  if (!/\btwine\s+upload\b/.test(script)) return false;
  if (!isOfficialUpload(index.uploadUrl)) {
    const [, url = ''] = /--repository-url[ =]+["']?([^\s"']+)/.exec(script) ?? [];
    const rest = script.replace(/\s--username[ =]+__token__(?=\s)/, '');
    return rest !== script && !givenCredentials.test(rest) && sameUrl(url, index.uploadUrl);
  }
  const toTest = /--repository(-url)?[ =]+\S*test/.test(script);
  return !givenCredentials.test(script) && toTest === (index.id === 'testpypi');
}

function publishesByUv(script: string, { route }: PipelineGoal, index: PipelineIndex): boolean {
  const [, url = 'https://upload.pypi.org/legacy/'] = /--publish-url[ =]+["']?([^\s"']+)/.exec(script) ?? [];
  if (!sameUrl(url, index.uploadUrl)) return false;
  if (route !== 'token') return /\buv\s+publish\b.*--trusted-publishing[ =]+always/.test(script);
  return (
    /\buv\s+publish\b/.test(script) &&
    !/--trusted-publishing\b/.test(script) &&
    !givenCredentials.test(script)
  );
}

/** Whether two addresses are the same but for a slash at the end. */
export function sameUrl(one: string, other: string): boolean {
  return one.replace(/\/+$/, '') === other.replace(/\/+$/, '');
}
