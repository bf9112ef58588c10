import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives a run of the tests, and all that it starts, a temporary folder of its own, and removes that at the end. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'g2p-tests-'));
  // Windows reads the last two.
  Object.assign(process.env, { TMPDIR: folder, TEMP: folder, TMP: folder });
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
