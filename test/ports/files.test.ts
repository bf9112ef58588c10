import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openFiles } from '../../src/ports/files.ts';

let root: string;

// Root may do everything, so become another user.
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gitlab-to-pypi-files-'));
  writeFileSync(join(root, 'text'), 'text');
  chmodSync(root, 0o755);
  if (process.getuid?.() === 0) process.seteuid?.(65534);
});

afterEach(() => {
  if (process.getuid?.() === 0) process.seteuid?.(0);
});

it('a file that this user may not read is reported with the reason', async () => {
  const uid = process.geteuid?.();
  if (process.getuid?.() === 0) process.seteuid?.(0);
  chmodSync(join(root, 'text'), 0);
  if (uid !== undefined) process.seteuid?.(uid);
  await expect(openFiles(root).read('text')).rejects.toMatchObject({
    code: 'unreadable-file',
    message: 'text cannot be read, because this user may not do that (EACCES).',
  });
});

it('a file that another run has already written counts as done', async () => {
  await openFiles(root).write('text', 'older', 'text');
  await expect(openFiles(root).write('text', 'older', 'newer')).rejects.toThrow(
    'text has changed since it was read, so it was not written; run it again.',
  );
  await expect(openFiles(root).write('text', undefined, 'newer')).rejects.toThrow(/^text was created since/);
});
