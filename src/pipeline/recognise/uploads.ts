import { indexKeys, isCredentialName } from '../../indexes/upload-variables.ts';
import type { IndexId } from '../../kernel/route.ts';
import { isYamlTable, type YamlTable } from '../../text/yaml/document.ts';
import { isWrapper, uploads } from './commands.ts';
import { scriptItems, scriptOf } from './jobs.ts';
import { expand, takeApart, variablesRead } from './shell.ts';

/** As much of an index as is needed to recognise uploads to it. */
export interface KnownIndex {
  id: IndexId;
  audience: string;
  uploadUrl: string;
}

/** Where a job uploads to; `other` is GitLab's own registry or a private index. */
export type Target = IndexId | 'other';

/** Signs of an index other than PyPI: GitLab's own registry, or a private one. */
const otherIndex = /\/packages\/pypi|CI_JOB_TOKEN|gitlab-ci-token|artifactory|nexus|devpi/i;

/** The targets of all uploads in a job, without duplicates; empty if it uploads nothing. */
export function targetsOf(job: YamlTable, data: YamlTable, indexes: readonly KnownIndex[]): Target[] {
  const commands = commandsOf(job).filter((command) => uploads(command));
  return [...new Set(commands.map((command) => targetIn(command, job, data, indexes)))];
}

/** The target of an upload command of a job. */
export const targetIn = (
  command: string,
  job: YamlTable,
  data: YamlTable,
  indexes: readonly KnownIndex[],
): Target => targetOf(command, scriptOf(job), jobVariables(job, data), indexes);

/** A program of the project that a job runs and that publishes, judging by the job's credentials. */
export function publishingWrapper(job: YamlTable): string | undefined {
  const found = commandsOf(job).find((command) => isWrapper(command));
  return found !== undefined && hasCredentials(job) ? found : undefined;
}

/** A program of the project that may publish; no further evidence. */
export function possibleWrapper(job: YamlTable): string | undefined {
  return commandsOf(job).find((command) => isWrapper(command) || /\bsemantic-release\b/.test(command));
}

/** Where a wrapper publishes to, judging by the names of what it is given. */
export function targetOfWrapper(name: string, job: YamlTable): Target {
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

function targetOf(
  command: string,
  script: string,
  variables: Record<string, string>,
  indexes: readonly KnownIndex[],
): Target {
  const named = givenIn(command) ?? fromVariables(command, variables);
  if (named === undefined) return otherIndex.test(signsFor(command, script, variables)) ? 'other' : 'pypi';
  const configured = new RegExp(`repositories[.\\s]+${escaped(named)}(?:\\.url)?\\s+(\\S+)`).exec(
    script,
  )?.[1];
  return whichIndex(expand(unquoted(configured ?? named), variables), indexes);
}

/** What an upload without an address goes by: itself, credentials, and what sets up the tool; not what others need. */
function signsFor(command: string, script: string, variables: Record<string, string>): string {
  const credentials = Object.entries(variables).filter(([name]) => isCredentialName(name));
  const setting = script
    .split('\n')
    .filter((line) =>
      /^\s*(?:export\s+)?(?:TWINE|UV_PUBLISH|POETRY|FLIT|HATCH|PDM)_\w+=\S*\s*$|pypirc|^\s*(?:repository|username|password)\s*[=:]/.test(
        line,
      ),
    );
  return [command, ...setting, ...credentials.map(([, value]) => value)].join('\n');
}

function givenIn(command: string): string | undefined {
  const url = /--(?:repository-url|publish-url)[ =]+(\S+)/.exec(command)?.[1];
  return url ?? /\s(?:-r|--repository|--repo|--index)[ =]+(\S+)/.exec(command)?.[1];
}

function fromVariables(command: string, variables: Record<string, string>): string | undefined {
  const inline = [...command.matchAll(/\b(\w+)=(\S+)/g)].find(([, name = '']) => indexKeys.includes(name));
  const set = Object.entries(variables).find(([name]) => indexKeys.includes(name));
  return inline?.[2] ?? set?.[1];
}

function whichIndex(text: string, indexes: readonly KnownIndex[]): Target {
  const address = text.replace(/\/+$/, '');
  const known = indexes.find(({ uploadUrl }) => uploadUrl.replace(/\/+$/, '') === address);
  if (known) return known.id;
  if (otherIndex.test(address)) return 'other';
  if (/test[-_.]?pypi|pypi[-_]?test|^test$/i.test(address)) return 'testpypi';
  return /\bpypi\.(?:org|python\.org)\b|^(?:pypi|main|production)$/i.test(address) ||
    /\$\{?\w*PYPI/i.test(address)
    ? 'pypi'
    : 'other';
}

const unquoted = (text: string) => text.replace(/^["']|["']$/g, '');
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
