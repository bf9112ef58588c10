import { pathForShell } from '../kernel/quote.ts';
import type { YamlTable } from '../text/yaml/document.ts';
import { isOfficialUpload, type PipelineGoal, type PipelineIndex } from './pipeline-goal.ts';
import { kindOf, uploads } from './recognise/commands.ts';
import { commandsOf } from './recognise/uploads.ts';

/** The script items that publish what was built, or only the files given as shell words. */
export function publishItems(
  goal: PipelineGoal,
  index: PipelineIndex,
  dist: string,
  files?: string,
): string[] {
  const named = files ?? filesIn(dist, goal);
  const missing = goal.attest && !coversAll(named.split(' ')) ? attestationsOf(named) : [];
  return [
    uploadCommand(goal, index, [named, ...missing].join(' ')),
    linkToVersion(index, dist, plainWords(named)),
  ];
}

/** uv skips a pattern without matches; twine does not, but the check job has already rejected anything else. */
function filesIn(dist: string, { publishWith, sdistOnly }: PipelineGoal): string {
  const folder = pathForShell(dist);
  if (publishWith === 'twine') return `${folder}/*`;
  return sdistOnly ? `${folder}/*.tar.gz` : `${folder}/*.whl ${folder}/*.tar.gz`;
}

/** The attestations beside files given as shell words, as patterns. */
export function attestationsOf(files: string): string[] {
  const folders = plainWords(files).map((word) => word.slice(0, word.lastIndexOf('/') + 1));
  return [...new Set(folders)].map((folder) => `${folder}*.publish.attestation`);
}

/** Files given as shell words, without quotes and as artifacts are named. */
export const plainWords = (files: string) =>
  files.split(' ').map((word) => word.replace(/["']/g, '').replace(/^\.\//, ''));

/** Whether a word names attestations, which no client publishes without the files that they belong to. */
export const isAttestation = (word: string) => /\.publish\.attestation["']?$/.test(word);

const coversAll = (words: string[]) => words.some((word) => /\/\*["']?$/.test(word));

/**
 * The last line of the log: a link to the version's page. The version is the second part of each file name; files outside
 * the folder are listed as they were uploaded, by patterns that may match nothing.
 */
function linkToVersion({ page }: PipelineIndex, dist: string, files: string[]): string {
  const folder = pathForShell(dist);
  const isInside = files.every((file) => file.startsWith(`${dist}/`) || file.startsWith(`${folder}/`));
  const names = isInside ? `ls ${folder}` : `printf '%s\\n' ${files.join(' ')} | sed 's,.*/,,'`;
  return `echo "Published as ${page}$(${names} | cut -${isInside ? '' : 's'}d- -f2 | sed 's/\\.tar\\.gz$//' | head -n 1)/"`;
}

/** Whether a command is that last line, for any page. */
export const isLinkToVersion = (command: string) => command.startsWith('echo "Published as ');

/** The upload command, as Trusted Publisher or with the token that the tool finds by itself. */
function uploadCommand(goal: PipelineGoal, { uploadUrl }: PipelineIndex, files: string): string {
  if (goal.publishWith === 'twine') {
    // On other indexes twine neither finds a token's user name nor skips existing files.
    const how = isOfficialUpload(uploadUrl) ? '' : ' --username __token__';
    const again = /^https:\/\/test\.pypi\.org\//.test(uploadUrl) ? ' --skip-existing' : '';
    const attestations = goal.attest ? ' --attestations' : '';
    return `python -m twine upload${attestations}${how} --repository-url ${uploadUrl}${again} ${files}`;
  }
  const trusted = goal.route === 'token' ? '' : ' --trusted-publishing always';
  return `uv publish${trusted} --publish-url ${uploadUrl} ${files}`;
}

/** Whether a job runs only the one command that publishes to an index as it should, besides printing. */
export function publishes(job: YamlTable, goal: PipelineGoal, index: PipelineIndex, dist: string): boolean {
  const commands = commandsOf(job);
  const [upload, second] = commands.filter(uploads);
  if (upload === undefined || second !== undefined) return false;
  if (commands.some((command) => command !== upload && kindOf(command) !== 'harmless')) return false;
  const words = wordsOf(upload);
  const files = filesAmong(words);
  if (!carriesAttestations(words, goal)) return false;
  if (files.length === 0 || (dist !== 'dist' && !files.some((file) => file.includes(dist)))) return false;
  return (
    sameUrl(optionValue(words, addressOption[goal.publishWith]) ?? '', index.uploadUrl) &&
    (goal.publishWith === 'twine' ? isByTwine(words, index) : isByUv(words, goal))
  );
}

/** Both clients leave out attestations silently: uv where they are not among the files, twine where they are not asked for. */
function carriesAttestations(words: string[], { attest = false, publishWith }: PipelineGoal): boolean {
  const isNamed = words.some(isAttestation);
  const asks = words.includes('--attestations');
  if (!attest) return !isNamed && !asks;
  const isThere = isNamed || coversAll(words);
  return publishWith === 'twine' ? isThere && asks : isThere && !words.includes('--no-attestations');
}

const addressOption = { uv: '--publish-url', twine: '--repository-url' };

/** Credentials and URLs on the command line would override those that the tool finds by itself. */
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

/** Whether two URLs are equal except for a trailing slash. */
export function sameUrl(one: string, other: string): boolean {
  return one.replace(/\/+$/, '') === other.replace(/\/+$/, '');
}
