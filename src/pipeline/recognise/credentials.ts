import { credentialKeys } from '../../indexes/upload-variables.ts';
import { isYamlTable, type YamlTable } from '../../text/yaml/document.ts';
import { inheritsVariable } from '../globals.ts';
import { jobValue } from './jobs.ts';
import { publishersIn, type Roles } from './roles.ts';

/** A variable set by a pipeline file; `job` is '(all jobs)' for global ones. */
export interface Credential {
  job: string;
  key: string;
}

const allJobs = '(all jobs)';
const keys = new Set(Object.values(credentialKeys).flat());

/**
 * The file's variables from which twine and uv take credentials; global ones only count if a publishing job inherits
 * them.
 */
export function credentialsIn(own: YamlTable, data: YamlTable, roles: Roles): Credential[] {
  return credentialsOf(own).filter(({ job, key }) => reaches(data, roles, job, key));
}

function reaches(data: YamlTable, roles: Roles, holder: string, key: string): boolean {
  const settled = publishersIn(roles).filter((it) => it.settled);
  if (holder !== allJobs || settled.length === 0) return true;
  return settled.some(({ name }) => inheritsVariable(jobValue(data, name), key));
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
