import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cleanEnv } from '../support/program.ts';
import { run } from '../support/tools.ts';

const root = join(import.meta.dirname, '../..');

interface Packed {
  filename: string;
  size: number;
  files: { path: string }[];
}

let packed: Packed;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-installed-'));
  await writeFile(join(folder, 'package.json'), '{"private": true}');
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root });
  packed = JSON.parse(stdout)[0];
  // Only the file itself is available.
  await run('npm', ['install', '--offline', packed.filename], { cwd: folder, env: cleanEnv() });
});

const inPackage = (path: string) => join(folder, 'node_modules/gitlab-to-pypi', path);

const installed = (args: string[], env: Record<string, string> = {}) =>
  run('npx', ['--offline', 'gitlab-to-pypi', ...args], { cwd: folder, env: cleanEnv(env) }).then(
    (ended) => ({ exitCode: 0, ...ended }),
    ({ code, stdout, stderr }) => ({ exitCode: code as number, stdout, stderr }),
  );

describe('the packed file', () => {
  it('is smaller than 400 kB', () => {
    expect(packed.size).toBeLessThan(400_000);
  });

  it('contains the program, its documentation, and nothing else', () => {
    const others = packed.files.map(({ path }) => path).filter((path) => !/^dist\/[\w-]+\.js$/.test(path));
    expect(others.sort()).toEqual([
      'LICENSE',
      'README.md',
      'bin/gitlab-to-pypi.js',
      'dist/THIRD-PARTY-LICENCES.txt',
      'package.json',
    ]);
  });

  it('installs as one package, without running any scripts', async () => {
    const names = (await readdir(join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'));
    expect(names).toEqual(['gitlab-to-pypi']);
    const { scripts, dependencies, optionalDependencies, peerDependencies } = JSON.parse(
      await readFile(inPackage('package.json'), 'utf8'),
    );
    expect({ dependencies, optionalDependencies, peerDependencies }).toEqual({});
    expect(Object.keys(scripts).filter((name) => /^(pre|post)?(install|prepare)$/.test(name))).toEqual([]);
  });
});

describe('the installed program', () => {
  it('prints its version and its options', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    expect(await installed(['--version'])).toMatchObject({ exitCode: 0, stdout: `${version}\n` });
    expect((await installed(['check', '--help'])).stdout).toContain('--dry-run');
  });

  it('shows a readable stack, only with DEBUG', async () => {
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(breakRealpath)}` };
    const quiet = await installed(['check', '-C', root], env);
    expect(quiet).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('This is a bug in') });
    expect(quiet.stderr).not.toContain('    at ');
    const { stderr } = await installed(['check', '-C', root], { ...env, DEBUG: '1' });
    expect(stderr).toMatch(/at (?:async )?realPathOf \(.*\/dist\/[\w-]+\.js:\d+:\d+\)/);
    expect(stderr).toMatch(/at (?:async )?openGit \(/);
  });
});

const breakRealpath = `
  import fs from 'node:fs/promises';
  import { syncBuiltinESMExports } from 'node:module';
  fs.realpath = async () => { throw new TypeError('broken on purpose'); };
  syncBuiltinESMExports();
`;
