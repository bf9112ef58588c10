import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { placeOf, runProgram } from '../support/program.ts';

let here: World;
let home: string;

beforeEach(async () => {
  here = await startWorld();
  home = mkdtempSync(join(tmpdir(), 'gitlab-to-pypi-glab-'));
  mkdirSync(join(home, '.config/glab-cli'), { recursive: true });
  const { host } = new URL(here.gitlab.url);
  const entry = `use_keyring: "true"\n    api_protocol: http\n    user: alice\n`;
  writeFileSync(join(home, '.config/glab-cli/config.yml'), `hosts:\n  ${host}:\n    ${entry}`, {
    mode: 0o600,
  });
});
afterEach(() => here.close());

/** A stand-in for glab, in a folder on PATH. */
function install(folder: string, ...lines: string[]): string {
  mkdirSync(folder, { recursive: true });
  const log = join(home, 'glab.log');
  const script = ['#!/bin/sh', `echo "$PWD | $* | $GITLAB_TOKEN$PYPI_TOKEN" >> '${log}'`, ...lines];
  writeFileSync(join(folder, 'glab'), `${script.join('\n')}\n`, { mode: 0o755 });
  return `${folder}:${process.env.PATH}`;
}

const started = () => readFileSync(join(home, 'glab.log'), 'utf8').trim().split('\n');
const check = (PATH: string) =>
  runProgram(['check', ...placeOf(here)], { env: { HOME: home, PATH, PYPI_TOKEN: 'pypi-secret' } });

describe('a token that glab keeps in the keyring', () => {
  it("is requested from glab, for the project's host, outside the checkout and without other tokens", async () => {
    const folder = join(home, 'bin');
    const { exitCode, stdout, stderr } = await check(install(folder, 'echo glpat-demo-alice'));
    expect([exitCode, here.gitlab.log.length > 5]).toEqual([1, true]);
    const { host } = new URL(here.gitlab.url);
    expect(started()).toEqual([`${folder} | config get token --host ${host} |`]);
    expect(stdout).toContain("Using the GitLab token from glab (the system's keyring)");
    expect(stdout + stderr).not.toContain('glpat-');
  });

  it.each([
    ['fails', 'exit 1'],
    ['has none', 'exit 0'],
  ])('is told to be there, with the line that hands it over, where glab %s', async (_, line) => {
    const { exitCode, stderr } = await check(install(join(home, 'bin'), line));
    const { host } = new URL(here.gitlab.url);
    expect([exitCode, here.gitlab.log]).toEqual([2, []]);
    expect(stderr).toContain("is in the system's keyring");
    expect(stderr).toContain(`export GITLAB_TOKEN="$(glab config get token --host ${host})"`);
  });

  it('is not requested from a glab that the clone brings along', async () => {
    const { exitCode } = await check(install(join(here.directory, 'bin'), 'echo glpat-demo-alice'));
    expect([exitCode, here.gitlab.log]).toEqual([2, []]);
    expect(() => started()).toThrow('ENOENT');
  });
});
