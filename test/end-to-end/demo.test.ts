import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commitAll } from '../support/builds.ts';
import { runProgram } from '../support/program.ts';
import { run } from '../support/tools.ts';

/** A demo without questions, and the folder of its scratch project. */
async function demo(...args: string[]) {
  const ended = await runProgram(['demo', '--yes', ...args]);
  const directory = /The Python project is in (.*)\.\n/.exec(ended.stdout)?.[1] ?? '';
  return { ...ended, directory };
}

const savedIn = (directory: string) => join(directory, '.git', 'gitlab-to-pypi-rehearsal.json');
const saved = async (directory: string) => JSON.parse(await readFile(savedIn(directory), 'utf8'));

describe('the demo', () => {
  it.each([
    ['solo', 'trusted', /Nobody below Maintainer can push a branch/, 0],
    ['team-free', 'token', /1 Developer can push a branch and so ask for an ID token/, 0],
    ['self-managed', 'token', /accepts ID tokens of https:\/\/gitlab\.com only/, 0],
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
    expect(stderr).toMatch(/accept ID tokens of https:\/\/gitlab\.com only/);
    expect(stderr).toMatch(/PyPI staff .*--custom-issuer.*API token/);
    const [project] = (await saved(directory)).states.gitlab.projects;
    expect([project.environments, project.protected_tags]).toEqual([[], []]);
  });

  it('as self-managed sets up a Trusted Publisher once PyPI has set up that GitLab for the organization', async () => {
    const choices = ['--as', 'self-managed', '--route', 'trusted', '--custom-issuer'];
    const { exitCode, stdout, directory } = await demo(...choices);
    expect(exitCode).toBe(0);
    const { ports } = await saved(directory);
    const issuer = encodeURIComponent(`http://127.0.0.1:${ports.gitlab}`);
    expect(stdout.replace(/\s/g, '')).toContain(`&environment=release&issuer_url=${issuer}`);
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

  it('defaults to the team on Premium, and resumes a world saved before there was a choice', async () => {
    const first = await demo();
    expect(first.stdout).toMatch(/Route +protected +recommended/);
    const { asOfficial: _, ...older } = await saved(first.directory);
    await writeFile(savedIn(first.directory), JSON.stringify(older));
    expect((await demo('--directory', first.directory)).stdout).toContain('Nothing to change');
  });

  it.each([
    ['an unknown world', ['demo', '--as', 'enterprise'], /--as takes solo or team-free or/],
    ['another command', ['check', '--as', 'solo'], /--as belongs to the command 'demo'/],
    ['an earlier world', ['demo', '--as', 'solo', '-C', '/tmp'], /--as begins a new world/],
  ])('rejects --as with %s', async (_, args, words) => {
    const { exitCode, stderr } = await runProgram(args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(words);
  });
});
