import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../src/cli/parse.ts';
import { repeatCommand } from '../../src/cli/repeat.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { placeOf, runProgram, signedIn } from '../support/program.ts';

describe('the command to repeat', () => {
  it('parses back to the same choices, on the same project', () => {
    const args =
      'setup -C a/b --pypi-url https://pypi.example.com --route protected --no-testpypi --self-approval';
    const people =
      '--deployer @ann --deployer group:a/b --approvals 2 --build-job wheel --build-job sdist --yes';
    const options = parseCommandLine([...args.split(' '), ...people.split(' ')]);
    const words = repeatCommand({ program: 'x', options, platform: 'linux' }, options).split(' ');
    expect(parseCommandLine(words.slice(1))).toEqual(options);
  });
});

describe('an option', () => {
  it.each([
    ['check --yes', /--yes belongs to the commands 'setup' and 'demo'/],
    ['check --dry-run', /--dry-run belongs to/],
    ['demo --project a/b', /--project belongs to the commands 'setup' and 'check'/],
    ['--quiet', /setup --quiet asks nothing, so it must be told to go ahead/],
    ['check --quiet --verbose', /--quiet and --verbose contradict/],
  ])('that makes no sense with the command is refused: %s', async (line, words) => {
    const { exitCode, stdout, stderr } = await runProgram(line.split(' '));
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(words);
  });
});

describe('--quiet', () => {
  const worlds: World[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'gitlab-to-pypi-quiet-'));
  afterAll(async () => {
    await Promise.all(worlds.map((world) => world.close()));
    for (const path of [folder, ...worlds.map(({ directory }) => directory)])
      rmSync(path, { recursive: true, force: true });
  });

  it('shows nothing if all goes well', async () => {
    expect(await runProgram(['demo', '--yes', '--quiet', '--no-open'], { env: { TMPDIR: folder } })).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('leaves errors on stderr, and with --json only the document on stdout', async () => {
    const world = await startWorld();
    worlds.push(world);
    const args = ['check', '--quiet', ...placeOf(world)];
    const env = signedIn(world, 'glpat-nobody-has-this');
    const plain = await runProgram(args, { env });
    expect(plain).toMatchObject({ exitCode: 2, stdout: '' });
    expect(plain.stderr).toContain('token');
    const json = await runProgram([...args, '--json'], { env });
    expect(json).toMatchObject({ exitCode: 2, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({ exitCode: 2, error: { code: 'token-refused' } });
  });
});
