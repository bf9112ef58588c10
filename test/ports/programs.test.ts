import { symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findProgram } from '../../src/ports/programs.ts';
import { programFolder } from '../support/folders.ts';

const search = (folders: string[], outside: string, platform: NodeJS.Platform = 'linux') => ({
  env: { PATH: folders.join(delimiter) },
  platform,
  outside,
});

describe('a program is started', () => {
  it('from the first folder of PATH that has it', async () => {
    const [one, other, checkout] = [
      await programFolder({ x: '' }),
      await programFolder({ git: '' }),
      await programFolder({}),
    ];
    expect(await findProgram('git', search([one, other], checkout))).toBe(join(other, 'git'));
  });

  it('never from the checkout, even if PATH names it, leads there through a symlink or is relative', async () => {
    const checkout = await programFolder({ git: '', 'bin/git': '', 'node_modules/.bin/git': '' });
    const links = await programFolder({});
    await symlink(checkout, join(links, 'folder'));
    await symlink(join(checkout, 'git'), join(links, 'git'));
    const inside = ['', 'bin', 'node_modules/.bin'].map((name) => join(checkout, name));
    const folders = [...inside, join(links, 'folder'), links, '.', 'bin', ''];
    expect(await findProgram('git', search(folders, checkout))).toBeUndefined();
  });

  it('on Windows by its extension, but never a script, which would need a shell', async () => {
    const [scripts, programs, checkout] = [
      await programFolder({ git: '', 'git.cmd': '', 'git.bat': '' }),
      await programFolder({ 'git.exe': '' }),
      await programFolder({ 'git.exe': '' }),
    ];
    const env = { Path: [checkout, scripts, programs].join(delimiter), PATHEXT: '.CMD;.BAT;.EXE' };
    const found = await findProgram('git', { env, platform: 'win32', outside: checkout });
    expect(found).toBe(join(programs, 'git.exe'));
  });
});
