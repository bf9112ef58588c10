import { type Difference, wordsOf } from '../plan/difference.ts';
import { type Fixable, filesOf } from '../plan/finding.ts';
import { changesOf, type PlannedSetting } from '../plan/plan.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Paint } from '../terminal/paint.ts';
import type { Output, Screen } from '../terminal/terminal.ts';
import { shorten } from '../terminal/width.ts';
import { unifiedDiff } from '../text/diff.ts';
import type { FileEdit } from '../text/result.ts';

/**
 * The file edits as diffs. They come first, because they are long, and the rest is what people decide by. Diffs in
 * `seen` have been shown before.
 */
export async function showEdits(
  terminal: Output,
  heading: string,
  plan: PlannedSetting[],
  seen = new Set<string>(),
): Promise<void> {
  const edits = plan.flatMap(({ finding }) => filesOf(finding));
  const diffs = await Promise.all(edits.map((edit) => diffView(edit, terminal.paint)));
  const fresh = diffs.filter((lines) => !seen.has(lines.join('\n')));
  if (fresh.length === 0) return;
  terminal.printAsIs(terminal.paint.bold(heading), ...fresh.flatMap((lines) => [...lines, '']));
  for (const lines of fresh) seen.add(lines.join('\n'));
}

/** Every step in order, with the reason and what will change. */
export async function planView(plan: PlannedSetting[], screen: Screen): Promise<string[]> {
  let number = 0;
  const blocks = changesOf(plan).map(async ({ finding }) => {
    const steps = finding.steps.map(({ label }) => {
      number += 1;
      return `  ${screen.paint.bold(`${number}. ${oneLine(label)}`)}`;
    });
    return [...steps, ...(await detailsOf(finding, screen))];
  });
  return (await Promise.all(blocks)).flat();
}

async function detailsOf(finding: Fixable, screen: Screen): Promise<string[]> {
  const { paint } = screen;
  const sizes = await Promise.all(finding.files.map(sizeOf));
  const edits = sizes.map((size) => `     ${paint.dim(size)}`);
  return [
    `     ${paint.dim(oneLine(finding.message))}`,
    ...(edits.length > 0 ? edits : differencesView(finding.differences, screen)),
    ...finding.notes.map((note) => `     ${paint.yellow(`Note: ${oneLine(note)}`)}`),
  ];
}

async function sizeOf(edit: FileEdit): Promise<string> {
  const lines = (await unifiedDiff(edit)).split('\n').filter((line) => !/^(---|\+\+\+) /.test(line));
  const count = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
  return `+${count('+')} -${count('-')} lines, as shown above`;
}

/** What an inspection found wrong, field by field. */
export function differencesView(differences: Difference[], { paint }: Screen): string[] {
  return differences.map(wordsOf).map(({ field, current, wanted }) => {
    const from = current === '(none)' ? '' : `${paint.red(shown(current))} ${paint.dim('->')} `;
    return `     ${paint.plain(`${oneLine(field)}:`)} ${from}${paint.green(shown(wanted))}`;
  });
}

const shown = (text: string) => shorten(oneLine(text), 160);

/** A coloured diff, line by line; CRLF line endings are not shown. */
async function diffView(edit: FileEdit, paint: Paint): Promise<string[]> {
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

/** How to do it by hand. Only the files' settings have text of several lines to paste; elsewhere outside names stay on one. */
export const manualText = ({ setting, finding }: PlannedSetting): string =>
  setting.kind === 'pipeline' || setting.kind === 'pyproject' ? finding.manual : oneLine(finding.manual);
