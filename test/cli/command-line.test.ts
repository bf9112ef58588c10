import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { helpText } from '../../src/cli/help.ts';
import { parseCommandLine } from '../../src/cli/parse.ts';
import { repeatCommand } from '../../src/cli/repeat.ts';
import { failureCauses } from '../../src/plan/settings/failure-words.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { explanationOf } from '../../src/screens/explain.ts';
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

describe('a word that is mistyped', () => {
  it.each([
    ['chek', "error: 'chek' is not a command; did you mean check?"],
    ['check --rout trusted', "error: Unknown option '--rout'. Did you mean --route?"],
    ['check --no-opn', "error: Unknown option '--no-opn'. Did you mean --no-open?"],
    ['publish', "error: 'publish' is not a command; the commands are setup, check, explain, demo."],
  ])('%s', async (line, words) => {
    const { exitCode, stdout, stderr } = await runProgram(line.split(' '));
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.split('\n').slice(0, 2)).toEqual([words, expect.stringMatching(/^hint: .*--help/)]);
  });
});

describe('help', () => {
  it.each([40, 80, 120])('fits into %i columns', (columns) => {
    for (const command of [undefined, 'setup', 'check', 'explain', 'demo'] as const) {
      const lines = helpText(command, columns).split('\n');
      expect(lines.filter((line) => line.length > columns && !/https:|gitlab-to-pypi /.test(line))).toEqual(
        [],
      );
    }
  });

  it('shows the options of one command alone', async () => {
    const { stdout } = await runProgram(['help', 'check']);
    expect(stdout).toBe((await runProgram(['check', '--help'])).stdout);
    expect(stdout).toMatch(/^Usage: gitlab-to-pypi check/);
    expect(stdout).toContain('--json');
    expect(stdout).not.toMatch(/^ +--dry-run/m);
  });

  it('the version has a command, too', async () => {
    expect((await runProgram(['version'])).stdout).toBe((await runProgram(['--version'])).stdout);
  });
});

describe('explain', () => {
  it('explains each cause of a failed upload by its name, and lists them', async () => {
    const { stdout } = await runProgram(['explain']);
    expect(stdout).toMatch(/Failed uploads[\s\S]*file-exists .*has FILE already/);
    for (const cause of failureCauses) {
      expect(stdout).toContain(`  ${cause}  `);
      const { means, byHand } = explanationOf(cause)!;
      expect([means, ...byHand].join(' ')).not.toMatch(/undefined|\s{2}|\s[,:]/);
    }
  });

  it('explains each check that a report names, and the way by hand, without a project', async () => {
    const { stdout } = await runProgram(['explain']);
    const ids = [...stdout.matchAll(/^ {2}(\S+)/gm)].map(([, id = '']) => id);
    for (const id of ids) expect(explanationOf(id)?.byHand.length).toBeGreaterThan(0);
    const { stdout: one, exitCode } = await runProgram(['explain', 'environment:release']);
    expect(exitCode).toBe(0);
    expect(one).toMatch(/By hand\n {2}1\. Operate > Environments/);
  });

  it('says what there is if it does not know a word', async () => {
    const { exitCode, stderr } = await runProgram(['explain', 'everything']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("error: There is no check or error 'everything'.");
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
