import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseYaml } from '../../src/text/yaml/document.ts';
import { hasSchema, schemaErrors } from '../support/gitlab-schema.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, '../..', name), 'utf8');
const text = read('.gitlab-ci.yml');
const { release } = parseYaml(text).data as never as {
  release: { id_tokens: unknown; rules: unknown; script: string[]; environment: { name: string } };
};

it.skipIf(!hasSchema)("passes GitLab's schema", () => {
  expect([...schemaErrors(text)]).toEqual([]);
});

it('runs on tags only, with npm itself and what provenance needs', () => {
  expect(release.rules).toEqual([{ if: '$CI_COMMIT_TAG' }]);
  expect(release.environment.name).toBe('npm');
  expect(release.id_tokens).toEqual({
    NPM_ID_TOKEN: { aud: 'npm:registry.npmjs.org' },
    SIGSTORE_ID_TOKEN: { aud: 'sigstore' },
  });
  expect(release.script.at(-1)).toMatch(/^npm publish --provenance --access public/);
  expect(text).not.toMatch(/NPM_TOKEN|NODE_AUTH_TOKEN/);
});

it('names the same project as the provenance', () => {
  const { repository, homepage, publishConfig } = JSON.parse(read('package.json'));
  expect(repository.url).toBe(`git+${homepage}.git`);
  expect(publishConfig).toEqual({ access: 'public', provenance: true });
});
