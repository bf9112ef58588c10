import { execFileSync } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findTool, run } from '../tools.ts';

/** Where pipelines run. */
export interface Machine {
  uv: string;
  /** A program in place of uvx, for what cannot be done here. */
  uvx?: string;
}

/**
 * The machine, or undefined if it cannot run pipelines: that takes Linux, root for a mount namespace, and some tools.
 * With CI=true that is a failure, not a skip.
 */
export function findMachine(): Machine | undefined {
  const uv = findTool('uv', 'UV');
  const tools = ['python3', 'git', 'bash'].map((name) => findTool(name, name.toUpperCase()));
  if (!uv || tools.includes(undefined)) return undefined;
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    execFileSync('unshare', ['--mount', 'sh', '-c', 'mount --bind /etc/hosts /etc/hosts'], {
      stdio: 'ignore',
    });
    return { uv };
  } catch {
    const need = 'openssl, and the right to unshare mounts (Linux, as root)';
    if (process.env.CI === 'true') throw new Error(`With CI=true ${need} are needed to run pipelines.`);
    console.warn(`SKIPPED: the tests that run pipelines, because they need ${need}.`);
    return undefined;
  }
}

/** What an image provides to a container: no build front end, no twine, and uv only in uv's images. */
const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Recreates what a job's image provides, in that folder. */
export async function makeImage(
  machine: Machine,
  folder: string,
  image: string | undefined,
): Promise<string> {
  const venv = join(folder, 'venv');
  await run(machine.uv, ['venv', '--quiet', '--python', 'python3', venv]);
  // Not `--seed`, which may add packages that an image lacks, such as packaging.
  await run(machine.uv, ['pip', 'install', '--quiet', '--python', venv, 'pip']);
  const bin = join(folder, 'bin');
  await mkdir(bin);
  if (/(^|\/)uv(:|$)/.test(image ?? '')) {
    const uv = (await run('sh', ['-c', 'command -v "$0"', machine.uv])).stdout.trim();
    const programs = { uv, uvx: machine.uvx ?? join(dirname(uv), 'uvx') };
    for (const [name, program] of Object.entries(programs)) await symlink(program, join(bin, name));
  }
  return `${join(venv, 'bin')}:${bin}:${systemPath}`;
}

/** Cached between runs: uv's and pip's downloads. */
const downloads = join(tmpdir(), 'gitlab-to-pypi-downloads');

/** What a runner's machine passes to every job. */
export async function machineEnvironment(bundle: string, home: string): Promise<Record<string, string>> {
  await mkdir(home, { recursive: true });
  const trust = ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'PIP_CERT', 'CURL_CA_BUNDLE'];
  return {
    ...Object.fromEntries(trust.map((name) => [name, bundle])),
    PATH: systemPath,
    HOME: home,
    LANG: 'C.UTF-8',
    UV_CACHE_DIR: join(downloads, 'uv'),
    UV_LINK_MODE: 'hardlink',
    UV_PYTHON_DOWNLOADS: 'never',
    PIP_CACHE_DIR: join(downloads, 'pip'),
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_ROOT_USER_ACTION: 'ignore',
    // Halves installation time. pip inverts the variable of a negative option.
    PIP_NO_COMPILE: '0',
  };
}

/** Writes a replacement for /etc/hosts with these names at that address. */
export async function hostsWith(folder: string, names: string[], address: string): Promise<string> {
  const path = join(folder, 'hosts');
  const before = await readFile('/etc/hosts', 'utf8');
  await writeFile(path, `${names.map((name) => `${address} ${name}\n`).join('')}${before}`);
  return path;
}
