import { chmodSync, chownSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { canMount, setUpOn } from '../support/disk.ts';
import { setUpMeddled, traceWrites } from '../support/meddle.ts';
import { type Ended, type ReportLike, runIn } from '../support/program.ts';

const pipeline = '.gitlab-ci.yml';
const names = ['pyproject.toml', pipeline];
const mounts = canMount();
let here: World;
afterEach(() => here.close());

const textsIn = (folder: string) => names.map((name) => readFileSync(join(folder, name), 'utf8'));
const at = (name: string) => join(here.directory, name);

/** A full report with one failure whose message contains `why`, and no leftover draft. */
function expectFailure({ exitCode, stdout, stderr }: Ended, id: string, why: RegExp): void {
  const report = JSON.parse(stdout) as ReportLike;
  const failed = report.settings.filter(({ outcome }) => outcome === 'failed');
  expect([exitCode, failed.map((it) => it.id)]).toEqual([1, [id]]);
  expect(failed[0]?.message).toMatch(why);
  expect(stderr).not.toMatch(/This is a mistake|\n {4}at /);
}

describe.skipIf(!mounts)('a file that turns out not to be writable', () => {
  it.each([
    ['full', 'pipeline', /^\.gitlab-ci\.yml was not written, because the disk is full \(ENOSPC\)/],
    [
      'limited to files of 1 KiB',
      'pipeline',
      /^\.gitlab-ci\.yml was not written, because it is larger than files may be here \(EFBIG\)/,
    ],
  ] as const)('on a disk that is %s stays as it was, and no draft beside it', async (disk, id, why) => {
    here = await startWorld();
    const [, before] = textsIn(here.directory);
    const ended = await setUpOn(here, disk);
    expectFailure(ended, id, why);
    expect(readFileSync(join(ended.copy, pipeline), 'utf8')).toBe(before);
    expect(readdirSync(ended.copy).sort()).toEqual(readdirSync(here.directory).sort());
  });

  it('on a read-only disk is refused before anything on GitLab is changed', async () => {
    here = await startWorld();
    const { exitCode, stdout } = await setUpOn(here, 'read-only');
    expect([exitCode, JSON.parse(stdout).error]).toMatchObject([
      2,
      {
        code: 'write-protected',
        message: expect.stringMatching(/is on a read-only file system/),
      },
    ]);
    expect(here.gitlab.writes()).toEqual([]);
  });
});

describe('a file that someone else is editing', () => {
  /** The last moment at which it is still noticed: the comparison before the rename. */
  async function meddle(name: string, text: string | null): Promise<Ended> {
    here = await startWorld();
    const traced = await traceWrites(here);
    await here.close();
    here = await startWorld();
    // The pipeline is written first.
    const write = [pipeline, 'pyproject.toml'].indexOf(name);
    const compared = traced.filter((it) => it.write === write).findIndex((it) => it.name === 'realpath');
    const change = { path: at(name), text };
    return setUpMeddled(here, { write, at: compared, when: 'before', change }, ['--json']);
  }

  it.each([
    ['pyproject.toml', '[project]\nname = "other"\n'],
    [pipeline, 'other: {script: x}\n'],
  ])('keeps what was written to %s at the last moment', async (name, text) => {
    const id = name === pipeline ? 'pipeline' : 'pyproject';
    expectFailure(await meddle(name, text), id, /^\S+ has changed since it was read, so it was not written/);
    expect(readFileSync(at(name), 'utf8')).toBe(text);
    expect(readdirSync(here.directory).join()).not.toContain('draft');
  });

  it('is not recreated after it was deleted', async () => {
    expectFailure(await meddle(pipeline, null), 'pipeline', /^\S+ was deleted since it was read/);
    expect(readdirSync(here.directory)).not.toContain(pipeline);
  });

  it('survives two runs at once, which both succeed', async () => {
    here = await startWorld();
    const runs = await Promise.all([1, 2, 3].map(() => runIn(here, ['setup', '--yes'])));
    expect(runs.map(({ stdout }) => /not written/.test(stdout))).toEqual([false, false, false]);
    const good = textsIn(here.directory);
    expect((await runIn(here, ['setup', '--yes'])).exitCode).toBe(0);
    expect(textsIn(here.directory)).toEqual(good);
    expect(readdirSync(here.directory).join()).not.toContain('draft');
  });
});

describe('an edited file', () => {
  it('keeps its mode, and its owner if root edits it', async () => {
    here = await startWorld();
    const root = process.getuid?.() === 0;
    chmodSync(at('pyproject.toml'), 0o666);
    chmodSync(at(pipeline), 0o750);
    if (root) for (const name of names) chownSync(at(name), 1234, 5678);
    expect((await runIn(here, ['setup', '--yes'])).exitCode).toBe(0);
    const modes = names.map((name) => statSync(at(name)).mode & 0o7777);
    expect(modes).toEqual([0o666, 0o750]);
    if (root) expect(names.map((name) => statSync(at(name)).uid)).toEqual([1234, 1234]);
  });

  it("is rid of a killed run's drafts, even if there is nothing to edit", async () => {
    here = await startWorld();
    const before = readdirSync(here.directory).sort();
    const leftover = '.gitlab-to-pypi-0123456789abcdef.draft';
    for (const name of [leftover, leftover]) {
      writeFileSync(at(name), 'half');
      expect((await runIn(here, ['setup', '--yes'])).exitCode).toBe(0);
      expect(readdirSync(here.directory).sort()).toEqual(before);
    }
  });
});
