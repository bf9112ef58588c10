import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { atOnce, type Meddling, setUpMeddled, traceWrites } from '../support/meddle.ts';
import { sampleOf } from '../support/sample.ts';

const files = ['pyproject.toml', '.gitlab-ci.yml'];
const draft = /^\.gitlab-to-pypi-[0-9a-f]+\.draft$/;
type Stop = Meddling & { signal: keyof typeof exitCodes };
const exitCodes = { SIGKILL: null, SIGTERM: 143, SIGINT: 130 };

let here: World;
let folder: string;
let operations: Awaited<ReturnType<typeof traceWrites>>;
let old: string[];
let wanted: string[];

const textsIn = (directory: string) => files.map((name) => readFileSync(join(directory, name), 'utf8'));

/** Paths that git reports as changed, other than the two files. */
function otherChangesIn(directory: string): string[] {
  const status = execFileSync('git', ['status', '--porcelain', '-uall'], {
    cwd: directory,
    encoding: 'utf8',
  });
  const paths = status.split('\n').map((line) => line.slice(3));
  return paths.filter((path) => path !== '' && !files.includes(path));
}

/** A checkout of its own for the same GitLab, with only the files left to edit. */
function freshCheckout(): World {
  const directory = mkdtempSync(join(folder, 'checkout-'));
  cpSync(join(folder, 'pristine'), directory, { recursive: true });
  return { ...here, directory };
}

beforeAll(async () => {
  here = await startWorld();
  folder = mkdtempSync(join(tmpdir(), 'gitlab-to-pypi-crashes-'));
  cpSync(here.directory, join(folder, 'pristine'), { recursive: true });
  old = textsIn(here.directory);
  operations = await traceWrites(here);
  wanted = textsIn(here.directory);
});

afterAll(async () => {
  await here.close();
  rmSync(folder, { recursive: true });
});

/** The states in which runs were stopped, each resumed once: the next run sees only the state. */
const continued = new Set<string>();

async function stopAt(stop: Stop): Promise<void> {
  const world = freshCheckout();
  const point = JSON.stringify(stop);
  expect((await setUpMeddled(world, stop)).exitCode, point).toBe(exitCodes[stop.signal]);
  const texts = textsIn(world.directory);
  for (const [index, text] of texts.entries()) expect([old[index], wanted[index]], point).toContain(text);
  const strangers = otherChangesIn(world.directory);
  expect(strangers.length, point).toBeLessThanOrEqual(stop.signal === 'SIGKILL' ? 1 : 0);
  for (const name of strangers) expect(name, point).toMatch(draft);
  const drafts = strangers.map((name) => readFileSync(join(world.directory, name), 'utf8'));
  const state = JSON.stringify([texts, drafts]);
  if (!continued.has(state)) await resume(world, continued.add(state) && point);
  rmSync(world.directory, { recursive: true });
}

async function resume(world: World, point: string): Promise<void> {
  expect((await setUpMeddled(world, undefined)).exitCode, point).toBe(0);
  expect(textsIn(world.directory), point).toEqual(wanted);
  expect(otherChangesIn(world.directory), point).toEqual([]);
}

/** SIGKILL before and after each operation; one of the others, which only take effect after the write, before each. */
function everyStop(): Stop[] {
  return operations.flatMap(({ name: _, ...point }, at): Stop[] => [
    { ...point, when: 'before', signal: 'SIGKILL' },
    { ...point, when: 'after', signal: 'SIGKILL' },
    { ...point, when: 'before', signal: at % 2 === 0 ? 'SIGTERM' : 'SIGINT' },
  ]);
}

describe('a run that is stopped at any operation of a file write', () => {
  it('leaves each file complete, old or new, and the next run ends as if nothing had happened', async () => {
    expect(operations.filter(({ name }) => name === 'rename draft')).toHaveLength(files.length);
    const stops = sampleOf(everyStop());
    await atOnce(stops, 4, stopAt);
    // Old, empty draft, complete draft, and new, for each file.
    expect(continued.size).toBeGreaterThan(5);
    console.log(
      `writes stopped: ${operations.length} operations, 3 signals, ${stops.length} runs, gone on from ${continued.size} states`,
    );
  }, 900_000);
});
