import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A temporary folder with these files, removed when the test ends. */
export async function temporaryFolder(files: Record<string, string> = {}, mode = 0o644): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-test-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { mode });
  }
  return folder;
}

/** A folder of programs, each a POSIX shell script. */
export function programFolder(scripts: Record<string, string>): Promise<string> {
  const files = Object.entries(scripts).map(([name, script]) => [name, `#!/bin/sh\n${script}\n`]);
  return temporaryFolder(Object.fromEntries(files), 0o755);
}
