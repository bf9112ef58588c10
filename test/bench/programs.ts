import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { World } from '../../src/rehearsal/world.ts';
import { binary, cleanEnv, placeOf } from '../support/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'gitlab-to-pypi-bench-'));
const env = cleanEnv({ GITLAB_TOKEN: 'glpat-demo-alice' });

/** Runs Node.js, ignoring its output. */
function start(args: string[], extra: Record<string, string> = {}) {
  const stdio = ['ignore', 'pipe', 'ignore'] as const;
  return spawn(process.execPath, args, { env: { ...env, ...extra }, cwd: folder, stdio: [...stdio] });
}

/** The arguments that make Node.js run the program. */
export const program = (...args: string[]) => [binary, ...args];

/** A run of `check` in a rehearsal world. */
export const checkIn = (world: World, ...args: string[]) =>
  program('check', '--gitlab-url', world.gitlab.url, ...args, ...placeOf(world));

/** Milliseconds until a run ends. One that was refused measures nothing. */
export async function timeOf(args: string[], extra?: Record<string, string>): Promise<number> {
  const started = performance.now();
  const child = start(args, extra);
  child.stdout?.resume();
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code === 2) throw new Error(`Refused: ${args.join(' ')}`);
  return performance.now() - started;
}

/** Milliseconds until a run's first line; the run is then killed. */
export async function timeToFirstLine(args: string[]): Promise<number> {
  const started = performance.now();
  const child = start(args);
  const shown = await new Promise<boolean>((resolve) => {
    child.stdout?.on('data', (data) => String(data).includes('\n') && resolve(true));
    child.on('close', () => resolve(false));
  });
  if (!shown) throw new Error('It ended without a line.');
  const taken = performance.now() - started;
  child.kill('SIGKILL');
  return taken;
}

/** A run's peak memory in MB. */
export async function peakOf(args: string[]): Promise<number> {
  const file = join(folder, 'peak');
  await timeOf(['--require', join(import.meta.dirname, 'peak.cjs'), ...args], { PEAK_FILE: file });
  return Number(readFileSync(file, 'utf8')) / 1000;
}
