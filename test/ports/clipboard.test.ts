import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { copyBySystem } from '../../src/ports/clipboard.ts';
import { programFolder, temporaryFolder } from '../support/folders.ts';

/** A program that notes what it is given, and what of the environment it sees. */
const noting = (notes: string) =>
  `cat > '${notes}/text'; echo "$@" > '${notes}/arguments'; env > '${notes}/environment'`;

/** What a copy with these programs leaves. */
async function copyWith(name: string, env: Record<string, string>, outside = '/nowhere') {
  const notes = await temporaryFolder();
  const folder = await programFolder({ [name]: noting(notes) });
  const search = {
    env: { PATH: `${folder}:${process.env.PATH}`, GITLAB_TOKEN: 'glpat-canary', ...env },
    platform: 'linux' as const,
    outside: outside === 'here' ? folder : outside,
  };
  const copied = await copyBySystem('demo-group', search);
  const read = (file: string) => readFile(join(notes, file), 'utf8').catch(() => undefined);
  return {
    copied,
    text: await read('text'),
    args: await read('arguments'),
    environment: await read('environment'),
  };
}

it.each([
  ['wl-copy', { WAYLAND_DISPLAY: 'wayland-0' }],
  ['xclip', { DISPLAY: ':0' }],
  ['xsel', { DISPLAY: ':0' }],
  ['clip.exe', { WSL_DISTRO_NAME: 'Debian' }],
])('%s gets the text by standard input alone, and sees no token', async (name, env) => {
  const { copied, text, args, environment } = await copyWith(name, env);
  expect([copied, text]).toEqual([true, 'demo-group']);
  expect(args).not.toContain('demo-group');
  expect(environment).not.toContain('canary');
});

it('no program of the checkout is run', async () => {
  expect(await copyWith('wl-copy', { WAYLAND_DISPLAY: 'wayland-0' }, 'here')).toMatchObject({
    copied: false,
    text: undefined,
  });
});

it('nothing is run over SSH, or without a display', async () => {
  for (const env of [{ DISPLAY: ':10', SSH_CONNECTION: '::1 1 ::1 22' }, {}] as Record<string, string>[])
    expect(await copyWith('xclip', env)).toMatchObject({ copied: false, text: undefined });
});

it('a program that fails or hangs has copied nothing', async () => {
  for (const script of ['exit 1', 'exec sleep 60']) {
    const folder = await programFolder({ 'wl-copy': script });
    const env = { PATH: `${folder}:${process.env.PATH}`, WAYLAND_DISPLAY: 'wayland-0' };
    expect(await copyBySystem('x', { env, platform: 'linux', outside: '/nowhere' })).toBe(false);
  }
});
