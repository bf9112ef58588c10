import type { IndexId } from '../kernel/route.ts';
import type { YamlTable } from '../text/yaml/document.ts';
import { parseYaml } from '../text/yaml/document.ts';
import { jobValue, merge, scriptOf } from './recognise/jobs.ts';
import { environmentName, rolesOf } from './recognise/roles.ts';
import type { KnownIndex } from './recognise/uploads.ts';

/** A job, and what it is thought to do. */
export interface TrustedJob {
  name: string;
  index: IndexId;
  environment: string;
}

/**
 * Whether a job of a pipeline file can only have published as a Trusted Publisher. By an ID token beside it uv uploads
 * with an API token all the same, unless it is told not to; with twine that depends on the variables that it finds.
 */
export function isTrustedJob(
  text: string,
  { name, index, environment }: TrustedJob,
  indexes: readonly KnownIndex[],
  included: YamlTable,
): boolean {
  try {
    const data = merge(included, parseYaml(text).data);
    const publishers = rolesOf(data, indexes, undefined).publishers[index];
    const job = jobValue(data, name);
    const script = scriptOf(job);
    const isSure = !/\buv\s+publish\b/.test(script) || /--trusted-publishing[ =]+always/.test(script);
    const isPublisher = publishers.some((it) => it.name === name && it.settled);
    return isPublisher && isSure && environmentName(job) === environment;
  } catch {
    // The text of some former day; one that cannot be read proves nothing.
    return false;
  }
}
