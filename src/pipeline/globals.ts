import { redirectingKeys } from '../indexes/upload-variables.ts';
import { valueAt } from '../text/yaml/data.ts';
import { isYamlTable, type YamlTable } from '../text/yaml/document.ts';
import { inheritedBy } from './model/jobs.ts';
import { lines, visibleJobs } from './recognise/jobs.ts';

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

/** The `before_script` that a job without one has from the file, as lines. */
export function sharedBeforeScript(job: YamlTable, data: YamlTable): string[] {
  return job.before_script === undefined ? lines(inheritedBy(job, data).before_script) : [];
}
