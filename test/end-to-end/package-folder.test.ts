import { execFileSync } from 'node:child_process';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { placeOf, runIn, signedIn } from '../support/program.ts';
import { keys, startInTerminal } from '../support/terminal.ts';

let here: World;

/** The package lies in `lib`, and below `tests` there is another one to test with. */
beforeEach(async () => {
  here = await startWorld();
  const from = join(here.directory, 'pyproject.toml');
  for (const folder of ['lib', 'tests/sample'])
    await mkdir(join(here.directory, folder), { recursive: true });
  await writeFile(
    join(here.directory, 'tests/sample/setup.py'),
    'from setuptools import setup\nsetup(name="x")\n',
  );
  await rename(from, join(here.directory, 'lib/pyproject.toml'));
  await writeFile(from, '[tool.ruff]\nline-length = 100\n');
  git('add', '-A');
});
afterEach(() => here.close());

const git = (...args: string[]) => execFileSync('git', args, { cwd: here.directory });

async function addSecond(): Promise<void> {
  await mkdir(join(here.directory, 'plugins/extra'), { recursive: true });
  const text = '[project]\nname = "demo-extra"\nversion = "1.0"\n';
  await writeFile(join(here.directory, 'plugins/extra/pyproject.toml'), text);
  git('add', '-A');
}

const start = (...args: string[]) => startInTerminal([...args, ...placeOf(here)], signedIn(here));

describe('a Python project in a subfolder', () => {
  it('is named where nobody can be asked', async () => {
    const { exitCode, stderr } = await runIn(here, ['check']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`Found one in ${join(here.directory, 'lib')}.`);
    expect(stderr).toContain(`hint: Run it again with -C ${join(here.directory, 'lib')}.`);
  });

  it('is offered in a terminal, used, and named in the command to repeat', async () => {
    const session = start('setup', '--no-open');
    await session.shows('Found a Python project in lib: use it?');
    expect(session.screen()).not.toContain('tests');
    session.press(keys.enter);
    for (const question of ['How should', 'Who may', 'Who must', 'How many', 'Make these']) {
      await session.shows(question);
      session.press(keys.enter);
    }
    for (const index of ['PyPI', 'TestPyPI']) {
      await session.shows(`Registered on ${index}`);
      session.press(keys.enter);
    }
    expect(await session.ended).toBe(0);
    expect(session.screen().replaceAll(/\n */g, '')).toMatch(/setup (--directory|-C) \S*\/lib /);
    expect(git('status', '--porcelain').toString()).toContain('lib/pyproject.toml');
  });

  it('ends with 2 after a No', async () => {
    const session = start('check');
    await session.shows('use it?');
    session.press('n');
    expect(await session.ended).toBe(2);
    expect(session.screen()).toContain('Run it again with -C');
  });

  it('is chosen among several', async () => {
    await addSecond();
    const session = start('check');
    await session.shows('Which Python project?');
    session.press(keys.down + keys.enter);
    expect([0, 1]).toContain(await session.ended);
    expect(session.screen()).toContain('demo-extra');
  });
});
