import { redirectingKeys } from '../indexes/upload-variables.ts';
import { valueAt } from '../text/yaml/data.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../text/yaml/document.ts';
import { defaultsOf, visibleJobs } from './recognise/jobs.ts';

/** Whether a variable gives twine or uv other credentials or another index. */
export function isRedirecting(name: string): boolean {
  return redirectingKeys.includes(name);
}

/** Global variables that a publishing job must not have. */
export function redirectingGlobals({ variables }: YamlTable): string[] {
  return isYamlTable(variables) ? Object.keys(variables).filter(isRedirecting) : [];
}

/** Whether any other job may need the file's global settings. */
export function othersUpload(data: YamlTable, names: string[]): boolean {
  const others = visibleJobs(data).filter(({ name }) => !names.includes(name));
  return /\btwine\b|\bpublish\b|\bupload\b/i.test(JSON.stringify(others.map(({ value }) => value)));
}

/** Whether a global variable reaches a job. */
export function inheritsVariable(job: YamlTable, name: string): boolean {
  const inherited = valueAt(job, ['inherit', 'variables']);
  return inherited !== false && !(Array.isArray(inherited) && !inherited.includes(name));
}

/** Whether the file gives all jobs a `before_script`, in either of the two places for it. */
export function hasDefaultBeforeScript(data: YamlTable): boolean {
  return data.before_script !== undefined || JSON.stringify(data.default ?? '').includes('"before_script"');
}

/** A job's own `before_script`, or the one that the file gives to all that have none. */
export function beforeScriptOf(job: YamlTable, data: YamlTable): YamlValue | undefined {
  const inherited = valueAt(job, ['inherit', 'default']);
  const may = inherited !== false && !(Array.isArray(inherited) && !inherited.includes('before_script'));
  const usual = defaultsOf(data).before_script ?? data.before_script;
  return job.before_script ?? (may ? usual : undefined);
}
