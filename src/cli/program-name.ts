import { posix, win32 } from 'node:path';

/**
 * How the user calls this program, as it is to be typed again. On Windows npm starts it by a `.cmd` file, which hands
 * the path of the script on; elsewhere by a link without an ending.
 */
export function programName(script: string, cwd: string, platform: NodeJS.Platform): string {
  if (/[\\/]_npx[\\/]/.test(script)) return 'npx gitlab-to-pypi';
  if (!script.endsWith('.js') || /[\\/]node_modules[\\/]gitlab-to-pypi[\\/]/.test(script))
    return 'gitlab-to-pypi';
  const { relative } = platform === 'win32' ? win32 : posix;
  return `node ${relative(cwd, script)}`;
}
