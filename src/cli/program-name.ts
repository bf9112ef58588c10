import { posix, win32 } from 'node:path';

/**
 * How the user invokes this program, for commands they are to type. On Windows npm uses a `.cmd` shim that passes the
 * script's path; elsewhere a symlink without an extension.
 */
export function programName(script: string, cwd: string, platform: NodeJS.Platform): string {
  if (/[\\/]_npx[\\/]/.test(script)) return 'npx gitlab-to-pypi';
  if (!script.endsWith('.js') || /[\\/]node_modules[\\/]gitlab-to-pypi[\\/]/.test(script))
    return 'gitlab-to-pypi';
  const { relative } = platform === 'win32' ? win32 : posix;
  return `node ${relative(cwd, script)}`;
}
