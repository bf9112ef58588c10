import type { Facts } from '../facts/index.ts';
import { indexNames } from '../facts/package-index.ts';
import type { Goal } from '../goal/index.ts';
import type { SettledSetting } from '../plan/plan.ts';
import { type PublisherPage, pageFor } from '../plan/settings/publisher.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Output } from '../terminal/terminal.ts';
import { uncommittedHint } from './check.ts';
import { formView } from './publisher-form.ts';

/** How a run ended. */
export interface Ending {
  facts: Facts;
  goal: Goal;
  settled: SettledSetting[];
  /** The publishers' pages have already been shown one by one, with their forms. */
  formsShown: boolean;
}

/** The pages on which a publisher may still have to be registered; no public API reveals whether it is. */
export function openPages({ facts, goal, settled }: Omit<Ending, 'formsShown'>): PublisherPage[] {
  return [...goal.indexes].reverse().flatMap((index) => {
    const state = settled.find(({ setting }) => setting.kind === 'publisher' && setting.index === index.id);
    const isOpen = state?.outcome === 'unchanged' && state.finding.kind === 'manual';
    return isOpen ? (pageFor(facts, index) ?? []) : [];
  });
}

/** What is left to do, numbered, each with its URL. */
export function showLeft(output: Output, ending: Ending): void {
  const { paint } = output;
  const { settled } = ending;
  const items = [
    ...settled.filter(isManual).map(({ finding }) => `${oneLine(finding.message)} ${finding.manual}`),
    ...settled.flatMap(({ outcome, finding }) =>
      outcome === 'applied' && finding.kind === 'fixable' ? finding.afterwards : [],
    ),
    ...(isUnchanged(settled) ? uncommitted(ending.facts) : []),
  ];
  const pages = openPages(ending);
  if (items.length + pages.length === 0) return;
  if (isUnchanged(settled)) output.print(paint.bold('Left for you all the same:'));
  else output.print('', paint.bold('Left for you'));
  for (const [index, item] of items.entries()) output.print(`  ${index + 1}. ${paint.plain(item)}`);
  for (const [index, page] of pages.entries()) showPage(output, items.length + index + 1, page, ending);
}

const isUnchanged = (settled: SettledSetting[]) => settled.every(({ outcome }) => outcome === 'unchanged');

const uncommitted = (facts: Facts) => [uncommittedHint(facts)].filter((hint) => hint !== '');

/** Publishers are worded separately. */
function isManual({ setting, finding, outcome }: SettledSetting): boolean {
  return outcome === 'unchanged' && finding.kind === 'manual' && setting.kind !== 'publisher';
}

/** We never claim that it is registered, and on a later run it most likely is. */
function showPage(output: Output, number: number, page: PublisherPage, ending: Ending): void {
  const isNew = !isUnchanged(ending.settled);
  const perhaps = ending.formsShown && isNew ? ', unless you just have' : ', unless you have';
  const task = `Register the Trusted Publisher on ${indexNames[page.index.id]}${perhaps} (no API tells):`;
  output.print(`  ${number}. ${output.paint.plain(task)}`);
  output.printAsIs(`     ${output.paint.cyan(page.url)}`);
  if (isNew && !ending.formsShown) output.print(...formView(page, output));
  if (!isNew) output.print(`     ${output.paint.dim(page.reminder)}`);
}
