import { isYamlTable, type YamlTable } from '../../text/yaml/document.ts';
import { defaultsOf } from './jobs.ts';

/** The name of a job's own image; empty if it has none. */
export function imageOf({ image }: YamlTable): string {
  return String((isYamlTable(image) ? image.name : image) ?? '');
}

/** The image that a job runs in, its own or the default; empty if the runner decides. */
export function imageFor(job: YamlTable, data: YamlTable): string {
  return imageOf(job) || imageOf(defaultsOf(data)) || imageOf(data);
}
