import type { IndexId } from '../kernel/route.ts';
import { UnsafeEdit } from '../text/result.ts';
import type { YamlTable } from '../text/yaml/document.ts';
import { parseYaml, YamlSyntaxError } from '../text/yaml/document.ts';
import type { PipelineReading } from './reading.ts';
import { jobValue, merge, scriptOf } from './recognise/jobs.ts';
import type { KnownIndex } from './recognise/uploads.ts';
import { environmentName, rolesOf } from './roles.ts';

/** A job, and its supposed purpose. */
export interface TrustedJob {
  name: string;
  index: IndexId;
  environment: string;
}

/** The jobs that publish to each index, by the file as it is now; none of a file that cannot be parsed. */
export function publisherNames(
  { file, included }: Pick<PipelineReading, 'file' | 'included'>,
  indexes: readonly KnownIndex[],
): Record<IndexId, string[]> {
  if (file === undefined) return { pypi: [], testpypi: [] };
  const { pypi, testpypi } = rolesOf(merge(included, file.data), indexes, undefined).publishers;
  return { pypi: pypi.map(({ name }) => name), testpypi: testpypi.map(({ name }) => name) };
}

/**
 * Whether a job in a pipeline file can only have published as a Trusted Publisher. Even with an ID token, uv uploads
 * with an API token if it finds one, unless told not to; for twine it depends on the variables it finds.
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
  } catch (error) {
    // An old version of the file; if it cannot be parsed or understood, it proves nothing.
    if (error instanceof YamlSyntaxError || error instanceof UnsafeEdit) return false;
    throw error;
  }
}
