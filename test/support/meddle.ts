import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from '../../src/rehearsal/world.ts';
import { type Ended, placeOf, runProgram, signedIn } from './program.ts';

/** What `meddle.mjs` does at one operation of one write. */
export interface Meddling {
  write: number;
  at: number;
  when: 'before' | 'after';
  signal?: NodeJS.Signals;
  change?: { path: string; text: string | null };
}

/** Runs `setup --yes` in a checkout, with interference. */
export function setUpMeddled(
  world: World,
  meddling: Meddling | { trace: string } | undefined,
  args: string[] = [],
): Promise<Ended> {
  const env: Record<string, string> = signedIn(world);
  if (meddling) {
    env.NODE_OPTIONS = `--import=${join(import.meta.dirname, 'meddle.mjs')}`;
    env.MEDDLE = JSON.stringify({ root: world.directory, ...meddling });
  }
  return runProgram(['setup', '--yes', ...args, ...placeOf(world)], { env });
}

/** The file operations behind the writes of an undisturbed run, in order. */
export async function traceWrites(world: World): Promise<{ write: number; at: number; name: string }[]> {
  const trace = `${world.directory}.trace`;
  await setUpMeddled(world, { trace });
  const lines = (await readFile(trace, 'utf8')).trim().split('\n');
  return lines.map((line) => {
    const [write, at, ...words] = line.split(' ');
    return { write: Number(write), at: Number(at), name: words.join(' ') };
  });
}

/** Works through a list with limited concurrency; most of the time is spent waiting for another program. */
export async function atOnce<T>(items: T[], count: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: count }, worker));
}
