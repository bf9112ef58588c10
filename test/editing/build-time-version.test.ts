import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { editPipeline } from '../../src/editing/pipeline/index.ts';
import { versionFromVcs } from '../../src/editing/versions/index.ts';
import { parseYaml } from '../../src/editing/yaml.ts';
import { repositoryOf } from '../support/builds.ts';
import { findTool, run } from '../support/tools.ts';
import { goalWith } from './pipeline-goal.ts';

const uv = findTool('uv', 'UV');

const backends = {
  uv_build: 'requires = ["uv_build"]\nbuild-backend = "uv_build"\n',
  flit: 'requires = ["flit_core>=3.4"]\nbuild-backend = "flit_core.buildapi"\n',
};

/** Runs the script of the generated job `build` in a repository, line by line as a runner would. */
async function build(backend: string, variables: Record<string, string>): Promise<string[]> {
  const pyproject = `[build-system]\n${backend}\n[project]\nname = "demo-pkg"\nversion = "1.3.0" # the next one\ndescription = "x"\nrequires-python = ">=3.9"\n`;
  expect(versionFromVcs({ 'pyproject.toml': pyproject }, { directory: '.' }).kind).toBe('unchanged');
  const root = await repositoryOf({
    'pyproject.toml': pyproject,
    'src/demo_pkg/__init__.py': '"""Says hello."""\n',
  });
  const result = editPipeline(undefined, goalWith({ versionAtBuildTime: true }));
  const text = result.kind === 'edited' ? (result.edits[0]?.after ?? '') : '';
  const { script } = parseYaml(text).data.build as { script: string[] };
  const env = {
    ...process.env,
    PATH: `${join(uv ?? '', '..')}:${process.env.PATH}`,
    CI_PIPELINE_IID: '42',
    ...variables,
  };
  for (const line of script) await run('sh', ['-ec', line], { cwd: root, env });
  return (await readdir(join(root, 'dist'))).filter((name) => name.endsWith('.tar.gz'));
}

describe.skipIf(!uv).concurrent('a build backend that takes no version from git', () => {
  it.each(Object.entries(backends))(
    '%s builds a version of its own for each push, and the written one on a tag',
    async (_, backend) => {
      expect(await build(backend, {})).toEqual(['demo_pkg-1.3.0.dev42.tar.gz']);
      expect(await build(backend, { CI_COMMIT_TAG: 'v1.3.0' })).toEqual(['demo_pkg-1.3.0.tar.gz']);
    },
    180_000,
  );
});
