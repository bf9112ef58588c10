import { indexNames } from '../facts/package-index.ts';
import { editsOf, type MergeRequestWords } from '../plan/delivery.ts';
import { isSame, type OccasionRow, occasionRows } from '../plan/occasions.ts';
import type { PlannedSetting } from '../plan/plan.ts';
import { pageFor } from '../plan/settings/publisher.ts';
import type { Situation } from '../plan/settings/setting.ts';
import { oneLine } from '../terminal/escape.ts';
import { linesChanged } from '../text/diff.ts';
import { uploadsText } from './occasions.ts';

/**
 * What is written into the merge request. Names from outside stand in code spans alone, where GitLab reads no mention,
 * no reference, no HTML and, away from the beginning of a line, no quick action:
 * https://docs.gitlab.com/user/project/quick_actions/
 */
export async function mergeRequestWords(
  situation: Situation,
  plan: PlannedSetting[],
): Promise<MergeRequestWords> {
  const name = situation.goal.packageName;
  const title = `Publish ${name} to PyPI`;
  const description = [
    `After the merge, this pipeline publishes ${code(name)} to PyPI${howTo(situation)}. Nothing is published before.`,
    ...(await whatChanges(situation, plan)),
    ...whatHappens(situation),
    ...whatRemains(situation, plan),
  ].join('\n');
  return { title, description, commit: title };
}

function howTo({ goal }: Situation): string {
  if (goal.route.value === 'token') return ' with an API token';
  const approved = goal.route.value === 'protected' && goal.approvals.value.length > 0;
  return ` as a Trusted Publisher, without a long-lived token${approved ? ', after an approval' : ''}`;
}

async function whatChanges({ verdicts }: Situation, plan: PlannedSetting[]): Promise<string[]> {
  const files = await Promise.all(
    editsOf(verdicts).map(async (edit) => `- ${code(edit.path)}: ${await linesChanged(edit)} lines`),
  );
  const settings = plan.filter(isOfProject).map(({ setting }) => `- ${code(setting.title)}`);
  return [
    '',
    '## What changes',
    '',
    ...files,
    ...(settings.length === 0
      ? []
      : [
          '',
          'Settings of the project that belong to it, and are no part of this merge request:',
          '',
          ...settings,
        ]),
  ];
}

/** The settings that this program sees to, whether this run or an earlier one has. */
const isOfProject = ({ setting, finding }: PlannedSetting): boolean =>
  !/^(?:pipeline|pyproject|publisher|identity)$/.test(setting.kind) && /^(?:ok|fixable)$/.test(finding.kind);

function whatHappens(situation: Situation): string[] {
  const rows = occasionRows(situation, { settled: true });
  if (rows.length === 0) return [];
  return [
    '',
    '## What happens when',
    '',
    '| Occasion | After the merge | Now |',
    '| --- | --- | --- |',
    ...rows.map(row),
  ];
}

function row(occasion: OccasionRow): string {
  const now = isSame(occasion) ? 'the same' : cell(uploadsText(occasion.before));
  return `| ${cell(occasion.occasion)} | ${cell(uploadsText(occasion.after))} | ${now} |`;
}

/** Left out is what only this run has to do: a description that says the same is not written again. */
function whatRemains({ facts, goal }: Situation, plan: PlannedSetting[]): string[] {
  const open = plan.filter(({ finding }) => finding.kind === 'manual' || finding.kind === 'blocked');
  const publishers = goal.indexes.flatMap((index) => {
    const isOpen = open.some(({ setting }) => setting.kind === 'publisher' && setting.index === index.id);
    const page = isOpen ? pageFor(facts, index) : undefined;
    if (page === undefined) return [];
    return [`Register the Trusted Publisher on ${indexNames[index.id]}, unless it is there: ${page.url}`];
  });
  const others = open
    .filter(({ setting }) => !/^(?:pipeline|pyproject|publisher)$/.test(setting.kind))
    .map(({ setting, finding }) => `${code(setting.title)}: ${code(finding.message)}`);
  const release = goal.testpypi.value
    ? 'Merge this: the pipeline of the default branch then uploads a first version to TestPyPI.'
    : 'Merge this.';
  const items = [...others, ...publishers, release, 'Push a tag with a version to release it to PyPI.'];
  return ['', '## What remains to do', '', ...items.map((item, index) => `${index + 1}. ${item}`)];
}

/** A code span that any text stays inside of: https://spec.commonmark.org/0.31.2/#code-spans */
function code(text: string): string {
  const shown = oneLine(text);
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  const space = longest > 0 ? ' ' : '';
  return shown.trim() === '' ? '(none)' : `${fence}${space}${shown}${space}${fence}`;
}

/** In a table, a bar ends the cell even inside a code span, and one behind a backslash cannot be escaped. */
const cell = (text: string): string => code(text.replaceAll('|', '\u00a6'));
