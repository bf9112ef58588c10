import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { placeOf, signedIn } from '../support/program.ts';
import { watch } from './watched.ts';

const heavy = /^(clack|yaml|toml|gitbeaker|gitlab-rest|diff|open|demo|setup|check|facts|survey)/;

describe.each(['--version', '-v', '--help', 'check --help'])('%s', (line) => {
  it('loads no more than it needs, and connects to nobody', async () => {
    const { exitCode, stdout, files, builtins, git } = await watch(line.split(' '));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^(\d+\.\d+\.\d+\n$|gitlab-to-pypi publishes|Usage: gitlab-to-pypi )/);
    expect(files).toContain('main.js');
    expect(files.filter((name) => heavy.test(name))).toEqual([]);
    expect(builtins).toContain('util');
    expect(builtins.filter((name) => /^(https?|tls|dns|child_process|.*undici.*)$/.test(name))).toEqual([]);
    expect(git).toEqual([]);
  });
});

describe('check', () => {
  let here: World;
  beforeAll(async () => {
    here = await startWorld();
  });
  afterAll(() => here.close());

  const watchedCheck = () =>
    watch(['check', ...placeOf(here)], { ...signedIn(here), WATCH_CONNECTIONS: '1' });

  it('loads no prompts, no browser, and nothing of the demo', async () => {
    const { exitCode, files, git } = await watchedCheck();
    expect(exitCode).toBe(1);
    expect(git).not.toEqual([]);
    expect(files).toContain('gitbeaker.js');
    expect(files.filter((name) => /^(clack|open|demo|setup|interactive|diff)/.test(name))).toEqual([]);
  });

  it('connects only to GitLab and the two indexes', async () => {
    const { connections } = await watchedCheck();
    const known = [here.gitlab, here.pypi, here.testpypi].map(({ url }) => new URL(url).host);
    expect(connections.sort()).toEqual(known.sort());
  });
});
