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

/** How many lines an edit adds and removes: '+12 -3'. */
export async function linesChanged(edit: FileEdit): Promise<string> {
  const lines = (await unifiedDiff(edit)).split('\n').filter((line) => !/^(---|\+\+\+) /.test(line));
  const count = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
  return `+${count('+')} -${count('-')}`;
}
