import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { editPipeline } from '../../src/pipeline/index.ts';
import { parseYaml } from '../../src/text/yaml/document.ts';
import { findTool, run } from '../support/tools.ts';
import { goalWith } from './pipeline-goal.ts';

const uv = findTool('uv', 'UV');

/** Runs the script of the check job like a runner, next to these built files. */
async function check(tag: string, files: string[]): Promise<string> {
  const result = editPipeline(undefined, goalWith());
  const text = result.kind === 'edited' ? (result.edits[0]?.after ?? '') : '';
  const { script } = parseYaml(text).data['check-dist'] as { script: string[] };
  const folder = await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-tag-'));
  await mkdir(join(folder, 'dist'));
  for (const name of files) await writeFile(join(folder, 'dist', name), '');
  const path = `${join(uv ?? '', '..')}:${process.env.PATH}`;
  const options = { cwd: folder, env: { ...process.env, PATH: path, CI_COMMIT_TAG: tag } };
  return run('sh', ['-c', script[0] ?? ''], options).then(
    () => 'published',
    (error: { stderr: string }) => error.stderr.trim().split('\n').at(-1) ?? '',
  );
}

describe.skipIf(!uv)('the check job, run by sh with the real uv', () => {
  it.each([
    ['v1.2.3', ['demo_pkg-1.2.3-py3-none-any.whl', 'demo_pkg-1.2.3.tar.gz'], 'published'],
    ['1.2.3', ['demo_pkg-1.2.3.tar.gz'], 'published'],
    ['v1.2.3-rc.1', ['demo_pkg-1.2.3rc1.tar.gz'], 'published'],
    ['demo-pkg-1.2', ['demo_pkg-1.2.0.tar.gz'], 'published'],
    ['core/v1.2-3', ['demo_pkg-1.2.post3.tar.gz'], 'published'],
    ['', ['demo_pkg-1.2.4.dev7.tar.gz'], 'published'],
    [
      'v1.2.3',
      ['demo_pkg-1.2.4.dev0.tar.gz'],
      'Built 1.2.4.dev0, but the tag is 1.2.3: nothing is published.',
    ],
    [
      'v1.2.3',
      ['demo_pkg-1.2.3.tar.gz', 'demo_pkg-1.2.2-py3-none-any.whl'],
      expect.stringMatching(/^Built 1\.2\.[23], 1\.2\.[23], but the tag is 1\.2\.3/),
    ],
    ['nightly', ['demo_pkg-1.2.3.tar.gz'], "packaging.version.InvalidVersion: Invalid version: 'nightly'"],
    ['v1.2.3', [], expect.stringContaining('InvalidSdistFilename')],
    ['v1.2.3', ['demo_pkg-1.2.3.tar.gz', 'demo_pkg-1.2.3.tar.gz.asc', 'install.sh'], 'published'],
    ['v1.2.3', ['install.sh'], 'Built , but the tag is 1.2.3: nothing is published.'],
    ['v1.2.3', ['notes.tar.gz'], expect.stringContaining("'notes.tar.gz'")],
    ...['demo_pkg-1.2.3-py3.13.egg', 'demo_pkg-1.2.3.tar.bz2', 'demo_pkg.zip', 'uv.toml'].map(
      (other): [string, string[], unknown] => [
        'v1.2.3',
        ['demo_pkg-1.2.3.tar.gz', other],
        expect.stringContaining(`'${other}'`),
      ],
    ),
  ])('for the tag %s and %j: %s', async (tag, files, outcome) => {
    expect(await check(tag, files)).toEqual(outcome);
  });
});
