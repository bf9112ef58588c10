import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { runProgram } from '../support/program.ts';

/** What a run loaded and whom it connected to. */
export interface Watched {
  stdout: string;
  exitCode: number | null;
  /** Names of the program's own files. */
  files: string[];
  /** Names of Node.js built-in modules. */
  builtins: string[];
  /** Host and port. */
  connections: string[];
  /** Arguments of each git command. */
  git: string[];
}

/** Runs the program and records what it loads, connects to and starts. */
export async function watch(args: string[], env: Record<string, string> = {}): Promise<Watched> {
  const folder = await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-watch-'));
  const [notes, calls] = [join(folder, 'notes'), join(folder, 'calls')];
  await Promise.all([writeFile(notes, ''), writeFile(calls, ''), spyOnGit(folder, calls)]);
  const { stdout, exitCode } = await runProgram(args, {
    env: {
      ...env,
      PATH: `${folder}${delimiter}${process.env.PATH}`,
      NODE_OPTIONS: `--require ${join(import.meta.dirname, 'watch.cjs')}`,
      WATCH_FILE: notes,
    },
  });
  const lines = (await readFile(notes, 'utf8')).split('\n');
  const those = (kind: string) => [
    ...new Set(lines.filter((it) => it.startsWith(kind)).map((it) => it.slice(kind.length + 1))),
  ];
  const files = those('file').flatMap((url) => /\/dist\/([^/]+)$/.exec(url)?.[1] ?? []);
  const git = (await readFile(calls, 'utf8')).split('\n').filter(Boolean);
  return { stdout, exitCode, files, builtins: those('builtin'), connections: those('connection'), git };
}

/** Shadows git with a script that records its arguments. */
async function spyOnGit(folder: string, calls: string): Promise<void> {
  const path = process.env.PATH;
  const script = `#!/bin/sh\necho "$*" >> '${calls}'\nPATH='${path}' exec git "$@"\n`;
  await writeFile(join(folder, 'git'), script);
  await chmod(join(folder, 'git'), 0o755);
}
