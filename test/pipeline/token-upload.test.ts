import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenKeys } from '../../src/indexes/upload-variables.ts';
import type { PublishTool } from '../../src/kernel/route.ts';
import { editPipeline } from '../../src/pipeline/index.ts';
import { parseYaml } from '../../src/text/yaml/document.ts';
import { repositoryOf } from '../support/builds.ts';
import { findTool, run } from '../support/tools.ts';
import { goalWith } from './pipeline-goal.ts';

const uv = findTool('uv', 'UV');
const token = `pypi-${Buffer.from('\u0002\u0001\u0008pypi.org canary of the upload').toString('base64url')}`;
const seen: { path: string; authorization: string | undefined }[] = [];
const server = createServer((request, response) => {
  seen.push({ path: request.url ?? '', authorization: request.headers.authorization });
  request.resume().on('end', () => response.end());
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => void server.close());

/** The test upload job; this file's server plays its index. */
function scriptFor(tool: PublishTool): string[] {
  const goal = goalWith({ route: 'token', publishWith: tool });
  const uploadUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/legacy/`;
  const indexes = goal.indexes.map((index) => ({ ...index, uploadUrl: `${uploadUrl}${index.id}/` }));
  const result = editPipeline(undefined, { ...goal, indexes });
  const text = result.kind === 'edited' ? (result.edits[0]?.after ?? '') : '';
  return (parseYaml(text).data['release-test'] as { script: string[] }).script;
}

/** A project with one built file in `dist/`. */
async function built(): Promise<string> {
  const root = await repositoryOf({
    'pyproject.toml':
      '[build-system]\nrequires = ["hatchling<1.30"]\nbuild-backend = "hatchling.build"\n[project]\nname = "demo-pkg"\nversion = "1.0"\n',
    'src/demo_pkg/__init__.py': '',
  });
  await run(uv ?? '', ['build', '--quiet', '--wheel'], { cwd: root });
  return root;
}

describe.skipIf(!uv)("a publishing job's script, run by sh with the token in the variable", () => {
  it.each(['uv', 'twine'] as const)(
    'of %s sends that token only to that index',
    async (tool) => {
      const cwd = await built();
      const script = scriptFor(tool);
      const path = `${join(uv ?? '', '..')}:${process.env.PATH}`;
      const env = { ...process.env, PATH: path, GITLAB_CI: 'true', [tokenKeys[tool]]: token };
      const runner = tool === 'uv' ? script : script.map((line) => `uvx --from 'twine>=7' ${line}`);
      seen.length = 0;
      const { stdout, stderr } = await run('sh', ['-ec', runner.join('\n')], { cwd, env });
      expect(seen.filter(({ authorization }) => authorization !== undefined)).toEqual([
        {
          path: '/legacy/testpypi/',
          authorization: `Basic ${Buffer.from(`__token__:${token}`).toString('base64')}`,
        },
      ]);
      expect(stdout + stderr).not.toContain(token);
    },
    120_000,
  );
});
