import { describe, expect, it } from 'vitest';
import { type FoundToken, readGlabToken } from '../../src/facts/glab-config.ts';

const today = new Date('2026-11-24');

async function read(files: Record<string, string>, host = 'gitlab.com', env: Record<string, string> = {}) {
  const readText = async (path: string) => files[path];
  return shown(await readGlabToken(host, { env, home: '/home/a', platform: 'linux', readText }, today));
}

/** What was found, with the token as it would be sent. */
const shown = (found: FoundToken) =>
  found.kind === 'found' ? { ...found, token: found.token.reveal() } : found;

const config = '/home/a/.config/glab-cli/config.yml';

describe("glab's configuration", () => {
  it('gives the token of the host, and names its file', async () => {
    const text = 'hosts:\n  gitlab.com:\n    token: glpat-one\n  other.example:8443:\n    token: glpat-two\n';
    expect(await read({ [config]: text })).toEqual({
      kind: 'found',
      token: 'glpat-one',
      source: { by: 'glab', path: '~/.config/glab-cli/config.yml' },
    });
    expect(await read({ [config]: text }, 'other.example:8443')).toMatchObject({ token: 'glpat-two' });
    expect(await read({ [config]: text }, 'elsewhere.example')).toEqual({ kind: 'none' });
  });

  it('is read if glab wrote the token behind a null tag', async () => {
    expect(await read({ [config]: 'hosts:\n  gitlab.com:\n    token: !!null glpat-one\n' })).toMatchObject({
      token: 'glpat-one',
    });
  });

  it.each([
    ['it says so', 'use_keyring: "true"'],
    ['it has a user but no token, as glab writes it', 'token:\n    user: alice'],
  ])('leads to the keyring where %s', async (_, entry) => {
    expect(await read({ [config]: `hosts:\n  gitlab.com:\n    ${entry}\n` })).toEqual({
      kind: 'keyring',
      host: 'gitlab.com',
      source: { by: 'glab', path: '~/.config/glab-cli/config.yml' },
    });
  });

  it('is not used if its OAuth token has expired', async () => {
    const oauth = (date: string) =>
      `hosts:\n  gitlab.com:\n    token: abc\n    is_oauth2: "true"\n    oauth2_expiry_date: ${date}\n`;
    expect(await read({ [config]: oauth('02 Jan 26 15:04 UTC') })).toMatchObject({ kind: 'expired' });
    expect(await read({ [config]: oauth('02 Jan 27 15:04 UTC') })).toMatchObject({ kind: 'found' });
  });

  it('is read only from GLAB_CONFIG_DIR if that is set', async () => {
    const files = {
      [config]: 'hosts: {gitlab.com: {token: one}}',
      '/etc/glab/config.yml': 'hosts: {gitlab.com: {token: two}}',
    };
    expect(await read(files, 'gitlab.com', { GLAB_CONFIG_DIR: '/etc/glab' })).toMatchObject({ token: 'two' });
    expect(
      await read({ [config]: files[config] ?? '' }, 'gitlab.com', { GLAB_CONFIG_DIR: '/etc/glab' }),
    ).toEqual({ kind: 'none' });
  });

  it.each([
    [{ APPDATA: 'C:\\Users\\a\\AppData\\Roaming' }, 'C:\\Users\\a\\AppData\\Roaming'],
    [{ LOCALAPPDATA: 'C:\\Users\\a\\AppData\\Local' }, 'C:\\Users\\a\\AppData\\Local'],
    [{ XDG_CONFIG_DIRS: 'D:\\one;D:\\two' }, 'D:\\two'],
  ])('is found on Windows by %j', async (env, folder) => {
    const files: Record<string, string> = {
      [`${folder}\\glab-cli\\config.yml`]: 'hosts: {gitlab.com: {token: one}}',
    };
    const readText = async (path: string) => files[path];
    const machine = { env, home: 'C:\\Users\\a', platform: 'win32' as const, readText };
    expect(shown(await readGlabToken('gitlab.com', machine, today))).toMatchObject({ token: 'one' });
  });

  it('has no token if it cannot be parsed', async () => {
    for (const text of ['hosts: [', 'hosts: *nowhere', '- a', 'hosts: text', 'hosts: {gitlab.com: }'])
      expect(await read({ [config]: text })).toEqual({ kind: 'none' });
  });
});
