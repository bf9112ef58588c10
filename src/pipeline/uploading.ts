import { quoteForShell } from '../text/shell.ts';
import type { YamlTable } from '../text/yaml/document.ts';
import { isOfficialUpload, type PipelineGoal, type PipelineIndex } from './pipeline-goal.ts';
import { kindOf, uploads } from './recognise/commands.ts';
import { commandsOf } from './recognise/uploads.ts';

/** The items of the script that publishes what was built, or those files of it that are given as shell words. */
export function publishItems(
  goal: PipelineGoal,
  index: PipelineIndex,
  dist: string,
  files?: string,
): string[] {
  return [uploadCommand(goal, index, files ?? filesIn(dist, goal)), linkToVersion(index, dist)];
}

/** uv skips a pattern that nothing fits; twine does not, and the check before has refused whatever else is there. */
function filesIn(dist: string, { publishWith, sdistOnly }: PipelineGoal): string {
  const folder = quoteForShell(dist);
  if (publishWith === 'twine') return `${folder}/*`;
  return sdistOnly ? `${folder}/*.tar.gz` : `${folder}/*.whl ${folder}/*.tar.gz`;
}

/** The last line of the log: the page of the version, which is the second part of the name of each file. */
function linkToVersion({ page }: PipelineIndex, dist: string): string {
  return `echo "Published as ${page}$(ls ${quoteForShell(dist)} | cut -d- -f2 | sed 's/\\.tar\\.gz$//' | head -n 1)/"`;
}

/** Whether a command is that last line, for whatever page. */
export const isLinkToVersion = (command: string) => command.startsWith('echo "Published as ');

/** The command that uploads what was built, as the Trusted Publisher or with the token that the tool finds by itself. */
function uploadCommand(goal: PipelineGoal, { uploadUrl }: PipelineIndex, files: string): string {
  if (goal.publishWith === 'twine') {
    // Other indexes than the official ones have twine neither find the user name of a token nor skip a file.
    const how = isOfficialUpload(uploadUrl) ? '' : ' --username __token__';
    const again = /^https:\/\/test\.pypi\.org\//.test(uploadUrl) ? ' --skip-existing' : '';
    return `python -m twine upload${how} --repository-url ${uploadUrl}${again} ${files}`;
  }
  const trusted = goal.route === 'token' ? '' : ' --trusted-publishing always';
  return `uv publish${trusted} --publish-url ${uploadUrl} ${files}`;
}

/** Whether a job runs nothing but the one command that publishes to an index as it should, and what only prints. */
export function publishes(job: YamlTable, goal: PipelineGoal, index: PipelineIndex, dist: string): boolean {
  const commands = commandsOf(job);
  const [upload, second] = commands.filter(uploads);
  if (upload === undefined || second !== undefined) return false;
  if (commands.some((command) => command !== upload && kindOf(command) !== 'harmless')) return false;
  const words = wordsOf(upload);
  const files = filesAmong(words);
  if (files.length === 0 || (dist !== 'dist' && !files.some((file) => file.includes(dist)))) return false;
  return (
    sameUrl(optionValue(words, addressOption[goal.publishWith]) ?? '', index.uploadUrl) &&
    (goal.publishWith === 'twine' ? isByTwine(words, index) : isByUv(words, goal))
  );
}

const addressOption = { uv: '--publish-url', twine: '--repository-url' };

/** Credentials and other addresses in a command would take the place of those that the tool finds by itself. */
const deviating =
  /^(?:-[uptr]|--(?:username|password|token|index|repository|config-file|keyring-provider))(?:=|$)/;

function isByUv(words: string[], { route }: PipelineGoal): boolean {
  if (words[0] !== 'uv' || words.some((word) => deviating.test(word))) return false;
  const trusted = optionValue(words, '--trusted-publishing');
  return route === 'token' ? trusted === undefined : trusted === 'always';
}

function isByTwine(words: string[], { uploadUrl }: PipelineIndex): boolean {
  const user = isOfficialUpload(uploadUrl) ? undefined : '__token__';
  const others = words.filter((word) => !/^--username(?:=|$)/.test(word));
  return optionValue(words, '--username') === user && !others.some((word) => deviating.test(word));
}

/** The value of an option, in either spelling. */
function optionValue(words: string[], option: string): string | undefined {
  const at = words.findIndex((word) => word === option || word.startsWith(`${option}=`));
  return at < 0 ? undefined : words[at] === option ? words[at + 1] : words[at]?.slice(option.length + 1);
}

const wordsOf = (command: string) =>
  (command.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []).map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));

/** The words of an upload that name files. */
const filesAmong = (words: string[]) =>
  words.filter(
    (word) => !word.startsWith('-') && !word.includes('://') && /[*/]|\.whl$|\.tar\.gz$/.test(word),
  );

/** Whether two addresses are the same but for a slash at the end. */
export function sameUrl(one: string, other: string): boolean {
  return one.replace(/\/+$/, '') === other.replace(/\/+$/, '');
}
