import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { madeUpToken } from '../../src/rehearsal/package-index/made-up-token.ts';
import { run } from './tools.ts';

/** Unique secrets, keyed by where they were planted. */
export const canaries = {
  GITLAB_TOKEN: 'glpat-canary-of-the-environment',
  PYPI_TOKEN: madeUpToken('127.0.0.1', 'canary of the releases'),
  TESTPYPI_TOKEN: madeUpToken('127.0.0.1', 'canary of the test uploads'),
  AWS_SECRET_ACCESS_KEY: 'canary-of-somebody-else',
  CI_JOB_TOKEN: 'glcbt-canary-of-the-job',
  prompt: 'glpat-canary-of-the-prompt',
  glab: 'glpat-canary-of-glab',
  remote: 'glpat-canary-of-the-remote',
  mirror: 'ghp_canary-of-the-mirror',
  runners: 'GR-canary-of-the-runners',
  import: 'canary-of-the-import',
  variable: 'pypi-canary-of-a-variable',
  unrelated: 'canary-of-another-variable',
  group: 'pypi-canary-of-the-group',
  pipeline: 'pypi-canary-of-the-pipeline',
} as const;

export type Canary = keyof typeof canaries;

/** Which canaries a text contains, even if encoded along the way. */
export function canariesIn(text: string): Canary[] {
  const decoded = text.replace(/%[0-9a-f]{2}/gi, (hex) =>
    String.fromCharCode(Number.parseInt(hex.slice(1), 16)),
  );
  return (Object.keys(canaries) as Canary[]).filter((name) => {
    const value = canaries[name];
    const forms = [
      value,
      Buffer.from(value).toString('base64'),
      Buffer.from(`oauth2:${value}`).toString('base64'),
    ];
    return forms.some((form) => text.includes(form) || decoded.includes(form));
  });
}

/** The canaries in files below a folder, each as 'path canary'. */
export function canariesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      return canariesIn(readFileSync(path, 'latin1')).map(
        (name) => `${path.slice(folder.length + 1)} ${name}`,
      );
    });
}

/** A home directory, a temporary folder, and the programs a run may start, which record what they receive. */
export interface Machine {
  home: string;
  temporary: string;
  env: Record<string, string>;
  /** The arguments and environment that each program was started with. */
  started(): { words: string; environment: string }[];
}

/** Creates a machine with every secret in its environment that there might be. */
export async function makeMachine(): Promise<Machine> {
  const folder = mkdtempSync(join(tmpdir(), 'gitlab-to-pypi-machine-'));
  const [home, temporary, bin, log] = ['home', 'tmp', 'bin', 'log'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const path of [home, temporary, bin, log]) mkdirSync(path);
  const git = (await run('sh', ['-c', 'command -v git'])).stdout.trim();
  const wrapper = (rest: string) =>
    `#!/bin/sh\nlog=$(mktemp '${log}/XXXXXXXX')\n{ echo "$0 $*"; env; } > "$log"\n${rest}\n`;
  writeFileSync(join(bin, 'git'), wrapper(`exec '${git}' "$@"`), { mode: 0o755 });
  writeFileSync(join(bin, 'xdg-open'), wrapper(''), { mode: 0o755 });
  const { PYPI_TOKEN, TESTPYPI_TOKEN, AWS_SECRET_ACCESS_KEY, CI_JOB_TOKEN } = canaries;
  const secrets = { PYPI_TOKEN, TESTPYPI_TOKEN, AWS_SECRET_ACCESS_KEY, CI_JOB_TOKEN };
  const env = { ...secrets, HOME: home, TMPDIR: temporary, PATH: `${bin}${delimiter}${process.env.PATH}` };
  const started = () =>
    readdirSync(log).map((name) => {
      const [words = '', ...rest] = readFileSync(join(log, name), 'utf8').split('\n');
      return { words, environment: rest.join('\n') };
    });
  return { home, temporary, env, started };
}
