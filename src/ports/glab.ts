import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { Secret } from '../kernel/secret.ts';
import { findProgram, type ProgramSearch } from './programs.ts';

/**
 * What glab needs to find its configuration and the system's keyring. Without token variables, which it would return
 * instead.
 */
const needed =
  /^(PATH|HOME|USER|LOGNAME|USERPROFILE|APPDATA|LOCALAPPDATA|SYSTEMROOT|TMPDIR|TMP|TEMP|GLAB_CONFIG_DIR|XDG_\w+|DBUS_SESSION_BUS_ADDRESS|DISPLAY|WAYLAND_DISPLAY)$/;

/**
 * The token that glab keeps for a host in the system's keyring, obtained from glab itself; undefined if glab is not
 * installed or has none: https://docs.gitlab.com/cli/config/get/. Started outside the checkout, which may contain a
 * glab configuration of its own.
 */
export async function glabToken(
  host: string,
  search: ProgramSearch,
  timeout: number,
): Promise<Secret | undefined> {
  const program = await findProgram('glab', search);
  if (program === undefined) return undefined;
  const env = Object.fromEntries(
    Object.entries(search.env).filter(([name]) => needed.test(name.toUpperCase())),
  );
  const args = ['config', 'get', 'token', '--host', host];
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { cwd: dirname(program), env, timeout, killSignal: 'SIGKILL' },
      (error, stdout) => {
        const token = stdout.trim();
        resolve(error === null && token !== '' ? new Secret(token) : undefined);
      },
    );
  });
}
