import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { World } from '../../src/rehearsal/world.ts';

export const binary = join(import.meta.dirname, '../../bin/gitlab-to-pypi.js');

/** The outcome of running the built program. */
export interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** An environment without anything from this machine's setup. */
export function cleanEnv(extra: Record<string, string> = {}): Record<string, string> {
  const home = mkdtempSync(join(tmpdir(), 'gitlab-to-pypi-home-'));
  return { PATH: process.env.PATH ?? '', HOME: home, LANG: 'C.UTF-8', GIT_CONFIG_NOSYSTEM: '1', ...extra };
}

/** Runs the built program in a pipe, without a terminal. */
export function runProgram(
  args: string[],
  options: { env?: Record<string, string>; cwd?: string; started?: (child: ChildProcess) => void } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [binary, ...args], {
    env: cleanEnv(options.env),
    cwd: options.cwd ?? tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  options.started?.(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  return new Promise((resolve) => {
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** The options that point to a rehearsal world. */
export function placeOf({ directory, pypi, testpypi }: World): string[] {
  return ['-C', directory, '--pypi-url', pypi.url, '--testpypi-url', testpypi.url];
}

/** The environment of someone signed in to a rehearsal world's GitLab, as alice by default. */
export function signedIn({ gitlab }: World, token = 'glpat-demo-alice'): Record<string, string> {
  return { GITLAB_TOKEN: token, GITLAB_HOST: new URL(gitlab.url).origin };
}

/** Runs a command of the built program in a rehearsal world, as alice by default. */
export function runIn(world: World, args: string[], token = 'glpat-demo-alice'): Promise<Ended> {
  const env = token === '' ? {} : signedIn(world, token);
  return runProgram([...args, ...placeOf(world)], { env });
}

/** The JSON report of a run. */
export async function reportOf(world: World, args: string[], token?: string) {
  const ended = await runIn(world, [...args, '--json'], token);
  return { ...ended, report: JSON.parse(ended.stdout) as never as ReportLike };
}

/** The parts of the report that the tests look at. */
export interface ReportLike {
  schemaVersion: number;
  settings: {
    id: string;
    state: string;
    outcome?: string;
    message: string;
    differences: { field: string; current: string; wanted: string }[];
    manual: string;
  }[];
  files: { path: string; state: string; diff: string }[];
  publisherPages: { index: string; url: string; prefilled: boolean; fields: Record<string, string> }[];
  route: { chosen: string; recommended: string; because: string[]; declared: boolean };
  summary: Record<string, number>;
  exitCode: number;
  error?: { code: string; message: string; hint: string };
}

/** The ids of settings that still have something to do. */
export function toDo(report: ReportLike): string[] {
  return report.settings
    .filter(({ state }) => /missing|different|unavailable|unknown/.test(state))
    .map(({ id }) => id);
}
