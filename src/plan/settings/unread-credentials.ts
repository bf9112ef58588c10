import type { Facts } from '../../facts/index.ts';
import type { Goal } from '../../goal/index.ts';
import { isCredentialName, uploadVariables } from '../../indexes/upload-variables.ts';
import type { PipelineModel } from '../../pipeline/model/model.ts';
import { uploadTool } from '../../pipeline/model/upload-tools.ts';
import { type SettingVariable, settingVariables } from './beating.ts';

/**
 * Credentials of PyPI or TestPyPI, as far as their names tell, that no job of the pipeline names and no tool in it reads
 * by itself. Scripts that jobs call are read with them; of Python files it is enough that one names it.
 */
export function unreadCredentials(facts: Facts, goal: Goal, model: PipelineModel): SettingVariable[] {
  const tools = new Set(
    model.jobs.flatMap(({ commands }) => commands.flatMap((command) => uploadTool(command)?.name ?? [])),
  );
  const texts = [
    ...model.jobs.map(({ value, variables, commands }) => JSON.stringify([value, variables, commands])),
    ...[...facts.texts].flatMap(([path, text]) => (path.endsWith('.py') ? [text] : [])),
  ];
  const isRead = (key: string) =>
    texts.some((text) => mentions(text, key)) || [...tools].some((tool) => readsByItself(tool, key));
  return settingVariables(facts).filter(({ key }) => isOfIndex(key, goal) && !isRead(key));
}

/** Whether a text names a variable. */
export function mentions(text: string, key: string): boolean {
  return new RegExp(`(?<![A-Za-z0-9_])${key.replace(/\W/g, '')}(?![A-Za-z0-9_])`).test(text);
}

const tools: Record<string, { secretVariables: readonly string[]; userVariables: readonly string[] }> =
  uploadVariables;
const credentials = Object.values(tools).flatMap((it) => [...it.secretVariables, ...it.userVariables]);

function readsByItself(tool: string, key: string): boolean {
  if (tool === 'poetry') return key.startsWith('POETRY_');
  const own = Object.hasOwn(tools, tool) ? tools[tool] : undefined;
  return own !== undefined && [...own.secretVariables, ...own.userVariables].includes(key);
}

/** Of the names that only sound like it: the variable of an ID token, an address, and what is for another registry. */
const isOther =
  /_ID_TOKEN$|^PYPI_OIDC_|_(?:URL|REPOSITORY|INDEX)$|DEVPI|NEXUS|ARTIFACTORY|GITLAB|GITEA|INTERNAL|PRIVATE|MIRROR/i;

function isOfIndex(key: string, { publishWith }: Goal): boolean {
  if (credentials.includes(key)) return !readsByItself(publishWith.value, key);
  return /PYPI/i.test(key) && isCredentialName(key) && !isOther.test(key);
}
