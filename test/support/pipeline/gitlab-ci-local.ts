import { spawn } from 'node:child_process';
import { mkdtemp, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const program = require.resolve('gitlab-ci-local');

/** A run of gitlab-ci-local. */
export interface LocalRun {
  /** Where the pipeline file's job runs. */
  cwd: string;
  /** The pipeline file, relative to `cwd`. */
  file: string;
  args: string[];
  /** What GitLab passes to the job; undefined values are unset. */
  variables: Record<string, string | undefined>;
  /** What the runner's machine passes to every job. */
  environment: Record<string, string>;
  /** Replaces /etc/hosts. Without it there is no network access, and no namespace is needed. */
  hosts?: string;
}

/** Its outcome. */
export interface LocalEnd {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs gitlab-ci-local. With a hosts file it gets its own mount namespace, in which the indexes' names resolve to the
 * tests' servers.
 */
export async function gitlabCiLocal(it: LocalRun): Promise<LocalEnd> {
  const variables = Object.entries(it.variables).flatMap(([name, value]) =>
    value === undefined ? ['--unset-variable', name] : ['--variable', `${name}=${value}`],
  );
  const options = ['--file', it.file, '--state-dir', '../state', '--force-shell-executor'];
  // It prints warnings about predefined variables in the middle of its answers.
  const silence = ['--ignore-predefined-vars', Object.keys(it.variables).join(',')];
  const command = [process.execPath, program, ...it.args, ...options, ...silence, '--no-color', ...variables];
  const bind = 'mount --bind "$0" /etc/hosts && exec "$@"';
  const whole =
    it.hosts === undefined ? command : ['unshare', '--mount', 'sh', '-c', bind, it.hosts, ...command];
  const PATH = `${await standIns()}:${it.environment.PATH}`;
  const child = spawn(whole[0] ?? '', whole.slice(1), {
    cwd: it.cwd,
    env: { ...it.environment, PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout: stdout.text, stderr: stderr.text }));
  });
}

let folder: Promise<string> | undefined;

/**
 * gitlab-ci-local first copies the checkout for containers with rsync. There are no containers here, so `true` stands
 * in for rsync. The jobs have a different PATH.
 */
function standIns(): Promise<string> {
  folder ??= mkdtemp(join(tmpdir(), 'gitlab-to-pypi-bin-')).then(async (made) => {
    await symlink('/bin/true', join(made, 'rsync'));
    return made;
  });
  return folder;
}

function collect(stream: NodeJS.ReadableStream): { text: string } {
  const collected = { text: '' };
  stream.on('data', (data) => {
    collected.text += data;
  });
  return collected;
}
