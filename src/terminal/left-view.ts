import type { Facts } from '../facts/index.ts';
import { indexNames } from '../facts/package-index.ts';
import type { Goal } from '../goal/index.ts';
import type { SettledSetting } from '../plan.ts';
import { type PublisherPage, pageFor } from '../settings/publisher.ts';
import { oneLine } from './escape.ts';
import { formView } from './form-view.ts';
import type { Output } from './terminal.ts';

/** How a run ended. */
export interface Ending {
  facts: Facts;
  goal: Goal;
  settled: SettledSetting[];
  /** The pages of the publishers have been shown one by one, each with its form. */
  formsShown: boolean;
}

/** The pages on which a publisher may still have to be registered; no public API tells whether it is. */
export function openPages({ facts, goal, settled }: Omit<Ending, 'formsShown'>): PublisherPage[] {
  return [...goal.indexes].reverse().flatMap((index) => {
    const state = settled.find(({ setting }) => setting.id === `publisher:${index.id}`);
    const isOpen = state?.outcome === 'unchanged' && state.finding.state === 'manual';
    return isOpen ? (pageFor(facts, index) ?? []) : [];
  });
}

/** What is left for a person, numbered, each with its address. */
export function showLeft(output: Output, ending: Ending): void {
  const { paint } = output;
  const items = [
    ...ending.settled.filter(isManual).map(manualItem),
    ...ending.settled.flatMap(({ outcome, finding }) => (outcome === 'applied' ? finding.afterwards : [])),
  ];
  const pages = openPages(ending);
  if (items.length + pages.length === 0) return;
  output.print('', paint.bold('Left for you'));
  for (const [index, item] of items.entries()) output.print(`  ${index + 1}. ${paint.plain(item)}`);
  for (const [index, page] of pages.entries()) showPage(output, items.length + index + 1, page, ending);
  if (pages.length > 0)
    output.print(
      `  ${paint.dim('Whether a publisher is registered no API tells: it shows with the first upload.')}`,
    );
}

/** Publishers have a word of their own. */
function isManual({ setting, finding, outcome }: SettledSetting): boolean {
  return outcome === 'unchanged' && finding.state === 'manual' && !setting.id.startsWith('publisher:');
}

const manualItem = ({ finding }: SettledSetting) => `${oneLine(finding.message)} ${finding.manual}`;

/** On a later run it has most likely been done. */
function showPage(output: Output, number: number, page: PublisherPage, ending: Ending): void {
  const isNew = ending.settled.some(({ outcome }) => outcome === 'applied');
  const perhaps = isNew ? (ending.formsShown ? ', unless you just have' : '') : ', if you have not yet';
  const task = `Register the Trusted Publisher on ${indexNames[page.index.id]}${perhaps}:`;
  output.print(`  ${number}. ${output.paint.plain(task)}`);
  output.printAsIs(`     ${output.paint.cyan(page.url)}`);
  if (isNew && !ending.formsShown) output.print(...formView(page, output));
}
