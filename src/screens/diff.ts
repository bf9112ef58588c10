import type { Paint } from '../terminal/paint.ts';
import { unifiedDiff } from '../text/diff.ts';
import type { FileEdit } from '../text/result.ts';

/** A coloured diff, line by line; CRLF line endings are not shown. */
export async function diffView(edit: FileEdit, paint: Paint): Promise<string[]> {
  const text = await unifiedDiff(edit);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${brushFor(line, paint)(line.replace(/\r$/, ''))}`);
}

function brushFor(line: string, paint: Paint) {
  if (/^(---|\+\+\+|@@)/.test(line)) return paint.dim;
  if (line.startsWith('+')) return paint.green;
  return line.startsWith('-') ? paint.red : paint.plain;
}
