import { credentialKeys } from '../indexes/upload-variables.ts';
import { valueAt } from '../text/yaml/data.ts';
import { isYamlTable, type YamlTable } from '../text/yaml/document.ts';
import { inheritsVariable } from './globals.ts';
import { jobValue } from './recognise/jobs.ts';
import { publishersIn, type Roles } from './roles.ts';

/** A variable set by a pipeline file; `job` is '(all jobs)' for global ones. */
export interface Credential {
  job: string;
  key: string;
}

const allJobs = '(all jobs)';
const keys = new Set(Object.values(credentialKeys).flat());

/**
 * The file's variables from which twine and uv take credentials. Once there are jobs that publish as they should, only
 * what reaches them counts.
 */
export function credentialsIn(own: YamlTable, data: YamlTable, roles: Roles): Credential[] {
  return credentialsOf(own).filter(({ job, key }) => reaches(data, roles, job, key));
}

function reaches(data: YamlTable, roles: Roles, holder: string, key: string): boolean {
  const settled = publishersIn(roles).filter((it) => it.settled);
  const has = (job: YamlTable) =>
    holder === allJobs ? inheritsVariable(job, key) : valueAt(job, ['variables', key]) !== undefined;
  return settled.length === 0 || settled.some(({ name }) => has(jobValue(data, name)));
}

function credentialsOf(data: YamlTable): Credential[] {
  const own = Object.entries(data).filter(([name, job]) => name !== 'variables' && isYamlTable(job));
  const places: [string, YamlTable][] = [
    [allJobs, data],
    ...own.map(([name, job]): [string, YamlTable] => [name, job as YamlTable]),
  ];
  return places.flatMap(([job, { variables }]) =>
    (isYamlTable(variables) ? Object.keys(variables) : [])
      .filter((key) => keys.has(key))
      .map((key) => ({ job, key })),
  );
}
