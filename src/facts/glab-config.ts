import { posix, win32 } from 'node:path';
import { parseDocument } from 'yaml';
import { Secret } from '../kernel/secret.ts';
import type { Source } from '../kernel/source.ts';

/** A token from the environment, or the one that GitLab's own CLI stores for a host. */
export type FoundToken =
  | { kind: 'found'; token: Secret; source: Source }
  | { kind: 'expired'; source: Source }
  /** glab keeps it in the system's keyring, and has to be asked for it. */
  | { kind: 'keyring'; source: Source; host: string }
  | { kind: 'none' };

/** What is needed to find glab's configuration on this machine. */
export interface Machine {
  env: Record<string, string | undefined>;
  /** Undefined for a user without one. */
  home: string | undefined;
  platform: NodeJS.Platform;
  /** The text of a file, or undefined if it cannot be read. */
  readText(path: string): Promise<string | undefined>;
}

/** Reads the token from glab's configuration; the first existing file wins: https://docs.gitlab.com/cli/ */
export async function readGlabToken(host: string, machine: Machine, today = new Date()): Promise<FoundToken> {
  for (const path of configPaths(machine)) {
    const text = await machine.readText(path);
    if (text !== undefined) return tokenIn(text, host, shortened(path, machine.home), today);
  }
  return { kind: 'none' };
}

const shortened = (path: string, home: string | undefined) => (home ? path.replace(home, '~') : path);

function configPaths({ env, home, platform }: Machine): string[] {
  const { join, delimiter } = platform === 'win32' ? win32 : posix;
  if (env.GLAB_CONFIG_DIR) return [join(env.GLAB_CONFIG_DIR, 'config.yml')];
  const native: Partial<Record<NodeJS.Platform, (string | undefined)[]>> = {
    darwin: [home && join(home, 'Library', 'Application Support')],
    // APPDATA is in glab's documentation; LOCALAPPDATA is what its library uses: https://github.com/adrg/xdg
    win32: [env.APPDATA, env.LOCALAPPDATA],
  };
  const folders = [
    home && join(home, '.config'),
    env.XDG_CONFIG_HOME,
    ...(native[platform] ?? []),
    ...(env.XDG_CONFIG_DIRS ?? '').split(delimiter),
  ];
  return folders
    .filter((folder): folder is string => Boolean(folder))
    .map((folder) => join(folder, 'glab-cli', 'config.yml'));
}

function tokenIn(text: string, host: string, path: string, today: Date): FoundToken {
  const hosts = hostsIn(text);
  const entry = hosts[host] ?? Object.values(hosts).find((it) => it?.api_host === host);
  const token = entry?.token;
  const source = { by: 'glab', path } as const;
  if (typeof token !== 'string' || token.trim() === '')
    return isInKeyring(entry) ? { kind: 'keyring', source, host } : { kind: 'none' };
  if (String(entry?.is_oauth2) === 'true' && isPast(entry?.oauth2_expiry_date, today))
    return { kind: 'expired', source };
  return { kind: 'found', token: new Secret(token.trim()), source };
}

/** Empty for an unreadable file; complaining about it is up to glab. */
function hostsIn(text: string): Record<string, Entry> {
  try {
    // glab writes `token: !!null glpat-...`; the library reads it as a string, with a warning.
    const data = parseDocument(text, { logLevel: 'silent' }).toJS() as {
      hosts?: Record<string, Entry>;
    } | null;
    return data?.hosts ?? {};
  } catch {
    return {};
  }
}

type Entry = Partial<Record<(typeof entryKeys)[number], unknown>> | null;

const entryKeys = ['token', 'api_host', 'is_oauth2', 'oauth2_expiry_date', 'use_keyring', 'user'] as const;

/** A signed-in user without a token in the file has it in the keyring, which is glab's default today. */
function isInKeyring(entry: Entry | undefined): boolean {
  return String(entry?.use_keyring) === 'true' || typeof entry?.user === 'string';
}

/** RFC 822 with a two-digit year: `02 Jan 26 15:04 UTC`. */
function isPast(date: unknown, today: Date): boolean {
  const time = Date.parse(String(date ?? ''));
  return !Number.isNaN(time) && time < today.getTime();
}
