import type { FileEdit } from './result.ts';

/** Unified diff of one file; `/dev/null` for a file that does not exist yet. */
export async function unifiedDiff({ path, before, after }: FileEdit): Promise<string> {
  const { createTwoFilesPatch } = await import('diff');
  const patch = createTwoFilesPatch(
    before === undefined ? '/dev/null' : path,
    path,
    before ?? '',
    after,
    '',
    '',
    {
      context: 3,
    },
  );
  return patch.replace(/^(Index: .*\n)?=+\n/, '').replace(/^(---|\+\+\+) (.*?)\t?$/gm, '$1 $2');
}
