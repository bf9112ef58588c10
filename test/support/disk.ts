import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import type { World } from '../../src/rehearsal/world.ts';
import { binary, cleanEnv, type Ended, placeOf, signedIn } from './program.ts';

/** Whether we can mount disks (Linux and root only); with CI=true `false` is a failure, not a skip. */
export function canMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    const need = 'the right to unshare mounts (Linux, as root)';
    if (process.env.CI === 'true') throw new Error(`With CI=true ${need} is needed to fill a disk.`);
    console.warn(`SKIPPED: the tests with a disk of their own, because they need ${need}.`);
    return false;
  }
}

/** Kinds of disks: how the checkout gets onto each, and back to where the test looks. */
const disks = {
  full: {
    before: `cp -a "$checkout/." "$copy"
      mount -t tmpfs -o size=2m tmpfs "$checkout"
      cp -a "$copy/." "$checkout"
      cat /dev/zero > "$checkout/.git/filling" 2> /dev/null`,
    after: 'rm "$checkout/.git/filling" && cp -a "$checkout/." "$copy"',
  },
  'read-only': {
    before: 'mount --bind "$checkout" "$checkout" && mount -o remount,ro,bind "$checkout"',
    after: 'cp -a "$checkout/." "$copy"',
  },
  'limited to files of 1 KiB': {
    before: 'ulimit -S -f 1',
    after: 'ulimit -S -f unlimited; cp -a "$checkout/." "$copy"',
  },
};

/** Runs `setup --yes --json` with the checkout on such a disk; `copy` is its content afterwards. */
export function setUpOn(world: World, disk: keyof typeof disks): Promise<Ended & { copy: string }> {
  const copy = `${world.directory}-copy`;
  mkdirSync(copy);
  const { before, after } = disks[disk];
  const script = `checkout=$1 copy=$2; shift 2\n${before}\n"$@"\ncode=$?\n${after}\nexit $code`;
  const program = [process.execPath, binary, 'setup', '--yes', '--json', ...placeOf(world)];
  const words = ['--mount', 'bash', '-c', script, 'bash', world.directory, copy, ...program];
  const env = cleanEnv(signedIn(world));
  return new Promise((resolve) => {
    execFile('unshare', words, { env }, (error, stdout, stderr) =>
      resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr, copy }),
    );
  });
}
