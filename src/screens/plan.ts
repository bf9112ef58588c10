import { indexNames } from '../facts/package-index.ts';
import type { Finding } from '../plan/finding.ts';
import { type Change, changesOf, type PlannedSetting } from '../plan/plan.ts';
import type { Situation } from '../plan/settings/setting.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Paint } from '../terminal/paint.ts';
import { narrow } from '../terminal/table.ts';
import type { Output, Screen } from '../terminal/terminal.ts';
import { widthOf } from '../terminal/width.ts';
import { linesChanged, unifiedDiff } from '../text/diff.ts';
import type { FileEdit } from '../text/result.ts';
import { briefText, differencesView } from './fields.ts';
import { occasionsInBrief } from './occasions.ts';

/** The plan on one screen: a line for each change, what happens when, and what is left for a person. */
export async function planView(
  situation: Situation,
  plan: PlannedSetting[],
  screen: Screen,
): Promise<string[]> {
  const { paint } = screen;
  const changes = changesOf(plan);
  if (changes.length === 0) return ['Nothing to change.'];
  const online = changes.filter(({ finding }) => finding.files.length === 0);
  const files = await Promise.all(changes.flatMap(({ finding }) => finding.files).map(fileLine));
  return [
    ...(online.length === 0 ? [] : [paint.bold('On GitLab'), ...changeLines(online, screen)]),
    ...filesView(situation.facts.tree.kind === 'head' ? 'Merge request' : 'Files', files, screen),
    ...occasionsInBrief(situation, screen),
    ...leftView(situation, plan, screen),
  ];
}

/** What to know about the changes: what they take away, and files that were edited already. */
export function planNotes({ facts }: Situation, plan: PlannedSetting[], { paint }: Screen): string[] {
  const changes = changesOf(plan);
  const notes = [...new Set(changes.flatMap(({ finding }) => finding.notes))];
  const edited = changes.flatMap(({ finding }) => finding.files.map(({ path }) => path));
  const inPlace = facts.tree.kind === 'work tree';
  const dirty = facts.pipeline.uncommitted.filter((path) => inPlace && edited.includes(path));
  return [
    ...notes.map((note) => paint.yellow(`Note: ${oneLine(note)}`)),
    ...(dirty.length === 0
      ? []
      : [paint.yellow(`Note: ${oneLine(dirty.join(', '))} has uncommitted changes; they stay as they are.`)]),
  ];
}

/** Narrower than this, the fields of a change are left out of its line. */
const leastRoom = 20;

function changeLines(changes: Change[], { paint, columns }: Screen): string[] {
  return changes.map(({ finding }) => {
    const labels = finding.steps.map(({ label }) => oneLine(label)).join(', then ');
    const room = columns - widthOf(labels) - 6;
    const fields = finding.differences.map(briefText).filter((text) => text !== '');
    const text =
      room < leastRoom || fields.length === 0 ? '' : `  ${paint.dim(cut(fields.join(', '), room))}`;
    return `  ${paint.green('+')} ${paint.plain(labels)}${text}`;
  });
}

/** Unlike `shorten`, keeps the beginning. */
function cut(text: string, limit: number): string {
  if (widthOf(text) <= limit) return text;
  let end = text.length;
  while (widthOf(text.slice(0, end)) > limit - 1) end -= 1;
  return `${text.slice(0, end).trimEnd()}…`;
}

/** In one line, or one for each where that is too long. */
function filesView(heading: string, files: string[], { paint, columns }: Screen): string[] {
  if (files.length === 0) return [];
  const text = files.join(', ');
  if (widthOf(`${heading}  ${text}`) <= columns) return [`${paint.bold(heading)}  ${paint.plain(text)}`];
  return [paint.bold(heading), ...files.map((file) => `  ${paint.plain(file)}`)];
}

async function fileLine(edit: FileEdit): Promise<string> {
  const fresh = edit.before === undefined ? ' (new)' : '';
  return `${oneLine(edit.path)}${fresh} ${await linesChanged(edit)}`;
}

/** What no run does: the publishers' pages, the commit, and what only a person can fix. */
function leftView({ facts }: Situation, plan: PlannedSetting[], { paint, columns }: Screen): string[] {
  const open = plan.filter(({ finding }) => finding.kind !== 'ok' && finding.kind !== 'fixable');
  const publishers = open.filter(({ setting, finding }) => isOpenPublisher(setting, finding));
  const names = publishers.map(({ setting }) => setting.index && indexNames[setting.index]);
  const files = changesOf(plan).flatMap(({ finding }) => finding.files.map(({ path }) => path));
  const delivered = facts.tree.kind === 'head' ? 'have the merge request merged, with' : 'commit and push';
  const others = open.filter(({ setting, finding }) => !isOpenPublisher(setting, finding));
  const items = [
    ...(names.length === 0 ? [] : [`register the Trusted Publisher on ${names.join(' and ')}`]),
    ...(files.length === 0 ? [] : [`${delivered} ${files.join(' and ')}`]),
    ...others.map(({ setting, finding }) => `${setting.title}: ${finding.message}`),
  ];
  if (items.length === 0) return [];
  // In few columns too little of it would be left.
  const shown = (item: string) => (columns < narrow ? item : cut(item, columns - 4));
  return [
    paint.bold('Your turn'),
    ...items.map((item) => `  ${paint.yellow('!')} ${paint.plain(shown(oneLine(item)))}`),
  ];
}

const isOpenPublisher = ({ kind }: PlannedSetting['setting'], finding: Finding) =>
  kind === 'publisher' && finding.kind === 'manual';

/** Shows the file edits as diffs, and every field that changes on GitLab. */
export async function showDiffs(plan: PlannedSetting[], terminal: Output): Promise<void> {
  const changes = changesOf(plan);
  const edits = changes.flatMap(({ finding }) => finding.files);
  const diffs = await Promise.all(edits.map((edit) => diffView(edit, terminal.paint)));
  const online = changes.filter(({ finding }) => finding.files.length === 0);
  terminal.printAsIs(...diffs.flatMap((lines) => ['', ...lines]));
  if (online.length > 0) terminal.print('', ...online.flatMap((change) => fieldsView(change, terminal)));
  terminal.print('');
}

function fieldsView({ finding }: Change, screen: Screen): string[] {
  const { paint } = screen;
  return [
    ...finding.steps.map(({ label }) => `  ${paint.bold(oneLine(label))}`),
    `     ${paint.dim(oneLine(finding.message))}`,
    ...differencesView(finding.differences, screen),
  ];
}

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
