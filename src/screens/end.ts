import type { Facts } from '../facts/index.ts';
import { indexNames } from '../facts/package-index.ts';
import type { Goal } from '../goal/index.ts';
import { filesOf } from '../plan/finding.ts';
import { firstRelease } from '../plan/first-release.ts';
import type { SettledSetting } from '../plan/plan.ts';
import { type PublisherPage, pageFor } from '../plan/settings/publisher.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Paint } from '../terminal/paint.ts';
import type { Output, Terminal } from '../terminal/terminal.ts';
import { uncommittedHint } from './check.ts';
import { manualText } from './plan.ts';
import { settledLines } from './progress.ts';
import { formView } from './publisher-form.ts';

/** Where the end is shown, and the shell that its commands are for. */
interface EndContext {
  terminal: Terminal;
  platform: NodeJS.Platform;
}

/** What was done and what failed, what is left to do, and how to make the first release. */
export function showEnd(context: EndContext, ending: Ending): void {
  const { terminal } = context;
  // A run with nothing to do stays on one screen.
  if (!isUnchanged(ending.settled)) terminal.print('');
  terminal.print(...outcomeView(ending.settled, terminal.paint));
  showLeft(terminal, ending);
  if (!ending.settled.some(isOpen)) showWhatIsNext(context, ending);
}

/** A pipeline still waiting for its jobs publishes nothing, and later runs need no lesson in releasing. */
function showWhatIsNext(context: EndContext, ending: Ending): void {
  const { print, paint } = context.terminal;
  const { facts, settled } = ending;
  const { path } = facts.pipeline;
  const waits = settled.some(
    ({ setting, finding }) => setting.kind === 'pipeline' && finding.kind === 'manual',
  );
  if (waits) {
    print('', paint.plain(`Bring the jobs above into ${path.value} first: until then nothing is published.`));
    return;
  }
  const edited = settled.flatMap(({ outcome, finding }) => (outcome === 'applied' ? filesOf(finding) : []));
  if (edited.length > 0)
    showRelease(
      context,
      ending,
      edited.map((edit) => edit.path),
    );
}

function showRelease({ terminal, platform }: EndContext, { facts, goal }: Ending, files: string[]): void {
  const { paint } = terminal;
  terminal.print('', paint.bold(`Your ${facts.tags.length > 0 ? 'next' : 'first'} release`));
  terminal.printAsIs(...firstRelease(facts, files, platform).map((line) => `  ${paint.cyan(line)}`));
  terminal.print(...whatHappens(facts, goal).map((line) => `  ${paint.dim(line)}`));
}

/** What was changed, and what was not, with instructions for doing it by hand. */
export function outcomeView(settled: SettledSetting[], paint: Paint): string[] {
  const applied = settled.filter(({ outcome }) => outcome === 'applied').length;
  const open = settled.filter(isOpen);
  const holding = settled.filter(({ finding }) => finding.kind === 'ok').length;
  return [
    paint.bold(headline(applied, open.length, holding)),
    ...open.flatMap((it) => settledLines(it, paint)),
  ];
}

const isOpen = ({ outcome }: SettledSetting) => outcome === 'failed' || outcome === 'skipped';

function headline(applied: number, open: number, holding: number): string {
  if (open > 0)
    return `${applied} put in place, ${open} not; ${holding} held already. Run it again once the cause is gone.`;
  if (applied === 0) return `Nothing to do: all ${holding} settings that can be read hold.`;
  return `Done: ${applied} put in place, ${holding} held already.`;
}

function whatHappens({ gitlab }: Facts, { testpypi, route, approvals, selfApproval }: Goal): string[] {
  const branch = oneLine(gitlab.project.defaultBranch ?? 'the default branch');
  const names = approvals.value.map(({ who }) => who.label).join(' and ');
  const self = selfApproval.value ? '' : ' (not whoever pushed the tag)';
  return [
    `Nothing was committed for you. ${testpypi.value ? `The push to ${branch} goes to TestPyPI, the tag to PyPI.` : 'The tag goes to PyPI.'}`,
    ...(route.value === 'protected' && names !== ''
      ? [`The job that releases then waits: ${names} approve it${self}, then somebody starts it.`]
      : []),
  ];
}

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
function showLeft(output: Output, ending: Ending): void {
  const { paint } = output;
  const { settled } = ending;
  const items = [
    ...settled.filter(isManual).map((it) => `${oneLine(it.finding.message)} ${manualText(it)}`),
    ...settled.flatMap(({ outcome, finding }) =>
      outcome === 'applied' && finding.kind === 'fixable' ? finding.afterwards : [],
    ),
    ...(isUnchanged(settled) ? uncommitted(ending.facts) : []),
  ];
  const pages = openPages(ending);
  if (items.length + pages.length === 0) return;
  if (isUnchanged(settled))
    output.print(paint.bold(`Left for you all the same:${pages.length > 0 ? ` ${reminder}` : ''}`));
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

/** Said once for both pages; each page says it in full when it is opened. */
const reminder = 'on these pages, remove every publisher without an environment or in a different spelling.';

/** We never claim that it is registered, and on a later run it most likely is. */
function showPage(output: Output, number: number, page: PublisherPage, ending: Ending): void {
  const isNew = !isUnchanged(ending.settled);
  const perhaps = ending.formsShown && isNew ? ', unless you just have' : ', unless you have';
  const task = `Register the Trusted Publisher on ${indexNames[page.index.id]}${perhaps} (no API tells):`;
  output.print(`  ${number}. ${output.paint.plain(task)}`);
  output.printAsIs(`     ${output.paint.cyan(page.url)}`);
  if (isNew && !ending.formsShown) output.print(...formView(page, output));
}
