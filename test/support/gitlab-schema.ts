import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { parseYaml } from '../../src/text/yaml/document.ts';

const path = join(import.meta.dirname, '../../../shared/schema/gitlab-ci.json');
let validate: ValidateFunction | undefined;

/** Whether GitLab's schema is available next to the checkout. */
export const hasSchema = existsSync(path);

/** Violations of GitLab's schema in a pipeline file, one line per place and rule. */
export function schemaErrors(text: string): Set<string> {
  validate ??= new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(
    JSON.parse(readFileSync(path, 'utf8')),
  );
  validate(parseYaml(text).data);
  return new Set((validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`));
}
