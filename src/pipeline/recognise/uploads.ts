import { isCredentialName } from '../../indexes/upload-variables.ts';
import type { IndexId } from '../../kernel/route.ts';
import { isYamlTable, type YamlTable } from '../../text/yaml/document.ts';
import { isWrapper, kindOf } from './commands.ts';
import { scriptItems, scriptOf } from './jobs.ts';
import { takeApart, variablesRead } from './shell.ts';

/** As much of an index as is needed to recognise uploads to it. */
export interface KnownIndex {
  id: IndexId;
  audience: string;
  uploadUrl: string;
}

/** The two official ones. */
export const officialIndexes: readonly KnownIndex[] = [
  { id: 'pypi', audience: 'pypi', uploadUrl: 'https://upload.pypi.org/legacy/' },
  { id: 'testpypi', audience: 'testpypi', uploadUrl: 'https://test.pypi.org/legacy/' },
];

/** Signs of an index other than PyPI: GitLab's own registry, or a private one. */
const otherIndex = /\/packages\/pypi|CI_JOB_TOKEN|gitlab-ci-token|artifactory|nexus|devpi/i;

/** A program of the project that a job runs and that publishes, judging by the job's credentials. */
export function publishingWrapper(job: YamlTable): string | undefined {
  const found = commandsOf(job).find((command) => isWrapper(command));
  return found !== undefined && hasCredentials(job) ? found : undefined;
}

const runsReleaseBot = /^(?!.*\binstall\b).*\bsemantic-release\b/;

/** A program that may publish, judging by its name or its words. */
export function possibleWrapper(name: string, job: YamlTable): string | undefined {
  return commandsOf(job).find(
    (command) => isWrapper(command) || runsReleaseBot.test(command) || seemsToPublish({ name, command }),
  );
}

/** Whether a command that we do not know is said to publish, in a job named after PyPI or with PyPI's credential. */
export function seemsToPublish({ name, command }: { name: string; command: string }): boolean {
  if (/pypi/i.test(name) && isWrapper(command)) return true;
  const isMeant = /pypi/i.test(name) || variablesRead(command).some(isCredentialName);
  return isMeant && kindOf(command) === 'other' && mentionsPublishing.test(command);
}

const mentionsPublishing =
  /^(?!(?:python3?[ \t]+-m[ \t]+)?(?:pip3?|pipx|apt(?:-get)?|apk|cd|cat|cp|mv|sed|git|curl|wget|docker|twine)\b).*(?:^|[\s/.#:_-])(?:pypi|publish|upload|release|deploy)(?=$|[\s_:-])/is;

/** Where a wrapper publishes to, judging by the names of what it is given. */
export function targetOfWrapper(name: string, job: YamlTable): IndexId | 'other' {
  const words = JSON.stringify([job.variables ?? {}, job.script ?? null]);
  if (otherIndex.test(words)) return 'other';
  return /test[-_.]?pypi|pypi[-_]?test/i.test(`${name} ${words}`) ? 'testpypi' : 'pypi';
}

/** Every command in a job's scripts, individually where they can be split. */
export function commandsOf(job: YamlTable): string[] {
  return scriptItems(job).flatMap((item) => {
    const taken = takeApart(item);
    return taken.kind === 'commands' ? taken.commands : taken.text.split('\n').map((line) => line.trim());
  });
}

/** A job's variables merged over the global ones, as text. */
export function jobVariables(job: YamlTable, data: YamlTable): Record<string, string> {
  const tables = [data.variables, job.variables].filter((table) => isYamlTable(table));
  const entries = tables.flatMap((table) => Object.entries(table as YamlTable));
  return Object.fromEntries(
    entries.map(([key, value]) => [key, String((isYamlTable(value) ? value.value : value) ?? '')]),
  );
}

function hasCredentials(job: YamlTable): boolean {
  const keys = isYamlTable(job.variables) ? Object.keys(job.variables) : [];
  return [...keys, ...variablesRead(scriptOf(job))].some(isCredentialName);
}
