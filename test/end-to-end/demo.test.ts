import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demoWorlds } from '../../src/cli/options.ts';
import { commitAll } from '../support/builds.ts';
import { runProgram } from '../support/program.ts';
import { keys, type Session, startInTerminal } from '../support/terminal.ts';
import { run } from '../support/tools.ts';

/** A demo without questions, and the folder of its scratch project. */
async function demo(...args: string[]) {
  const ended = await runProgram(['demo', '--yes', '--keep', ...args]);
  const directory = /The Python project is in (.*)\.\n/.exec(ended.stdout)?.[1] ?? '';
  return { ...ended, directory };
}

const savedIn = (directory: string) => join(directory, '.git', 'gitlab-to-pypi-rehearsal.json');
const saved = async (directory: string) => JSON.parse(await readFile(savedIn(directory), 'utf8'));

describe('at the end of the demo', () => {
  const scratch = async (args: string[]) => {
    const folder = await mkdtemp(join(tmpdir(), 'g2p-demo-'));
    const ended = await runProgram(['demo', ...args], { env: { TMPDIR: folder } });
    return { ...ended, left: await readdir(folder) };
  };

  it.each([
    ['a set-up', ['--yes'], 0],
    ['a dry run', ['--yes', '--dry-run'], 0],
    ['an error', ['--yes', '--as', 'self-managed', '--route', 'trusted'], 2],
  ])('nothing is left on the disk after %s', async (_, args, exitCode) => {
    expect(await scratch(args)).toMatchObject({ exitCode, left: [] });
  });

  it('the scratch project is left for --keep, with the command to resume it', async () => {
    const { stdout, left } = await scratch(['--yes', '--keep']);
    expect(left).toHaveLength(1);
    expect(stdout).toMatch(new RegExp(`demo --directory \\S*${left[0]}\n$`));
  });

  it.each([
    [
      'the first question',
      'How should releases be protected?',
      (session: Session) => session.press(keys.ctrlC),
    ],
    ['reading', 'The Python project is in', (session: Session) => session.kill('SIGTERM')],
  ])('nothing is left on the disk when cancelled at %s, and it says so', async (_, shown, cancel) => {
    const folder = await mkdtemp(join(tmpdir(), 'g2p-demo-'));
    const session = startInTerminal(['demo'], { TMPDIR: folder });
    await session.shows(shown);
    cancel(session);
    expect([130, 143]).toContain(await session.ended);
    expect(session.screen()).toContain('The demo is cancelled, and its scratch project is removed.');
    expect(session.screen()).not.toContain('Run gitlab-to-pypi again');
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('the demo', () => {
  it.each([
    ['solo', 'trusted', /Nobody below Maintainer can push a branch/, 0],
    ['team-free', 'token', /1 Developer can push a branch and so ask for an ID token/, 0],
    ['self-managed', 'token', /accepts ID tokens of gitlab\.com only/, 0],
    ['team-premium', 'protected', /with an approval each release takes two of them/, 1],
  ])(
    'as %s takes the route %s, and the next run has nothing to do',
    async (world, route, why, protections) => {
      const first = await demo('--as', world);
      expect(first.exitCode).toBe(0);
      expect(first.stdout).toMatch(new RegExp(`Route +${route} +recommended`));
      expect(first.stdout).toMatch(why);
      const { states } = await saved(first.directory);
      expect(states.gitlab.projects[0].protected_environments).toHaveLength(protections);
      const again = await demo('--directory', first.directory);
      expect(again.exitCode).toBe(0);
      expect(again.stdout).toContain('Nothing to change');
      expect((await saved(first.directory)).states.gitlab).toEqual(states.gitlab);
    },
  );

  it('as self-managed rejects the routes that the indexes do not support, says what is possible, and changes nothing', async () => {
    const { exitCode, stderr, directory } = await demo('--as', 'self-managed', '--route', 'trusted');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/accept ID tokens of gitlab\.com only/);
    expect(stderr).toMatch(/PyPI staff .*--custom-issuer.*API token/);
    const [project] = (await saved(directory)).states.gitlab.projects;
    expect([project.environments, project.protected_tags]).toEqual([[], []]);
  });

  it('as self-managed sets up a Trusted Publisher once PyPI has set up that GitLab for the organization', async () => {
    const choices = ['--as', 'self-managed', '--route', 'trusted', '--custom-issuer'];
    const { exitCode, stdout, directory } = await demo(...choices);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('The issuer must be https://gitlab.example.com.');
    expect((await saved(directory)).states.gitlab.projects[0].environments).toHaveLength(2);
    // A command for these servers would be of no use once they have ended.
    expect(stdout).not.toContain('To repeat without prompts');
  });

  it('as self-managed needs no option once both indexes have taken a release from that GitLab', async () => {
    const { directory } = await demo('--as', 'self-managed', '--route', 'trusted', '--custom-issuer');
    const again = () => demo('--directory', directory);
    const pyproject = join(directory, 'pyproject.toml');
    const declared = await readFile(pyproject, 'utf8');
    expect(declared).toContain('custom-issuer = true\n');
    await writeFile(pyproject, declared.replace('custom-issuer = true\n', ''));
    expect((await again()).exitCode).toBe(2);
    await commitAll(directory);
    const { stdout: sha } = await run('git', ['rev-parse', 'HEAD'], { cwd: directory });
    const world = await saved(directory);
    world.states.gitlab.projects[0].deployments = ['release', 'release-test'].map((name, index) => ({
      ...{ id: index + 1, environment: name, job: name, sha: sha.trim() },
      ...{ status: 'success', ref: 'v1.2.3', created_at: '2026-02-03T04:05:06.000Z' },
    }));
    await writeFile(savedIn(directory), JSON.stringify(world));
    const { exitCode, stdout } = await again();
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('Nothing to change')]);
  });

  it('signs with --attest, and no longer with --no-attest, but not because a file says so', async () => {
    const { directory } = await demo('--attest');
    const pipeline = () => readFile(join(directory, '.gitlab-ci.yml'), 'utf8');
    expect(await pipeline()).toContain('SIGSTORE_ID_TOKEN');
    const path = join(directory, 'pyproject.toml');
    const declared = await readFile(path, 'utf8');
    await writeFile(path, declared.replace('attest = true', 'attest = false'));
    const changed = await demo('--directory', directory);
    expect(changed.exitCode).toBe(2);
    expect(changed.stderr).toMatch(
      /less protection than is set up now: Attestations: none declared, signed now/,
    );
    expect(changed.stderr).toContain(` demo --directory ${directory} --no-attest --yes'`);
    expect((await demo('--directory', directory, '--no-attest')).exitCode).toBe(0);
    expect(await pipeline()).not.toMatch(/SIGSTORE_ID_TOKEN|attestation/);
  });

  it('defaults to the team on Premium', async () => {
    expect((await demo()).stdout).toMatch(/Route +protected +recommended/);
  });

  it.each(demoWorlds)('as %s names the servers as their users know them, also in files', async (world) => {
    const { stdout, stderr, directory } = await demo('--as', world, '--verbose');
    const gitlab = world === 'self-managed' ? 'https://gitlab.example.com' : 'https://gitlab.com';
    expect(stdout).toContain(gitlab);
    expect(stdout).toContain('https://pypi.org');
    const { stdout: edits } = await run('git', ['diff'], { cwd: directory });
    expect(edits).toContain('pypi.org');
    for (const text of [stdout, stderr, edits]) expect(text).not.toMatch(/127\.0\.0\.1|localhost/);
  });

  it('never lets a push from its scratch project reach the host that it names', async () => {
    const { directory } = await demo();
    const { stdout } = await run('git', ['remote', '-v'], { cwd: directory });
    expect(stdout).toMatch(
      /^(origin\thttp:\/\/127\.0\.0\.1:\d+\/demo-group\/demo-pkg\.git \((fetch|push)\)\n){2}$/,
    );
  });

  it.each([
    ['an unknown world', ['demo', '--as', 'enterprise'], /--as takes solo, team-free, /],
    ['another command', ['check', '--as', 'solo'], /--as belongs to the command 'demo'/],
    ['an earlier world', ['demo', '--as', 'solo', '-C', '/tmp'], /--as starts a new demo/],
  ])('rejects --as with %s', async (_, args, words) => {
    const { exitCode, stderr } = await runProgram(args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(words);
  });
});
