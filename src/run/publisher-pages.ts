import { indexNames } from '../facts/package-index.ts';
import { formRows } from '../indexes/publisher-page.ts';
import type { IndexId } from '../kernel/route.ts';
import type { PublisherPage } from '../plan/settings/publisher.ts';
import { copyBySystem } from '../ports/clipboard.ts';
import { reachable } from '../ports/network.ts';
import { formView, stepsView } from '../screens/publisher-form.ts';
import type { Context } from './context.ts';

/**
 * Walks the user through the pages on which the publishers are registered, one at a time, and adds to `registered` each
 * index of which they say that it is. Asks nothing outside a terminal. Where nothing was changed, most likely all is
 * registered, so one question comes first.
 */
export async function showPublisherPages(
  context: Context,
  pages: PublisherPage[],
  { registered, changed, root }: { registered: Set<IndexId>; changed: boolean; root: string },
): Promise<void> {
  if (!context.terminal.interactive || pages.length === 0) return;
  const answer = changed ? 'show' : await askBefore(context, pages);
  if (answer === 'later') return;
  for (const page of pages)
    if (answer === 'registered' || (await walkThrough(context, page, root)) !== 'later')
      registered.add(page.index.id);
}

async function askBefore({ terminal }: Context, pages: PublisherPage[]) {
  const names = pages.map(({ index }) => indexNames[index.id]).join(' and ');
  return terminal.select<'registered' | 'show' | 'later'>(
    `Is the Trusted Publisher registered on ${names}?\nPyPI has no API to check.`,
    [
      { value: 'registered', label: 'Already registered' },
      { value: 'show', label: 'No', hint: 'show the page and what to enter' },
      { value: 'later', label: 'Later', hint: 'keep it on the list' },
    ],
    'registered',
  );
}

type Answer = 'open' | 'click' | 'done' | 'registered' | 'copy' | 'explain' | 'later';

/** Opens and copies as often as the user likes, until they are done with the page. */
async function walkThrough(context: Context, page: PublisherPage, root: string): Promise<Answer> {
  const { terminal, openPage, network, clickAdd } = context;
  const { paint } = terminal;
  const name = indexNames[page.index.id];
  terminal.print('', paint.bold(`Register the Trusted Publisher on ${name}`));
  // Where nothing can open the page, its address is there to be typed.
  terminal.printAsIs(`  ${paint.cyan(openPage ? page.url : reachable(network, page.url))}`);
  // Nobody signs in to the demo's indexes.
  const parts = clickAdd ? [page.form] : [page.account, page.form];
  const short = parts.flatMap((it) => it.short);
  terminal.print(...formView(page, short, terminal));
  const choices = choicesFor({ canOpen: openPage !== undefined, canClick: clickAdd !== undefined });
  let initial: Answer = openPage ? 'open' : clickAdd ? 'click' : 'done';
  const reason = clickAdd
    ? 'Here the demo can click "Add"; on the real page only you can.'
    : 'You have to click "Add" yourself; it needs your account there.';
  for (;;) {
    const answer = await terminal.select<Answer>(`Registered on ${name}?\n${reason}`, choices, initial);
    if (answer === 'open') {
      openPage?.(page.url);
      initial = 'done';
    } else if (answer === 'copy') {
      await copyValue(context, page, root);
    } else if (answer === 'explain') {
      const full = parts.flatMap((it) => it.full);
      terminal.print('', ...stepsView(full, terminal));
    } else {
      if (answer === 'click') clickAdd?.(page);
      return answer;
    }
  }
}

const choicesFor = ({ canOpen, canClick }: { canOpen: boolean; canClick: boolean }) => [
  ...(canOpen ? [{ value: 'open' as const, label: 'Open the page' }] : []),
  ...(canClick ? [{ value: 'click' as const, label: 'Have the demo click "Add"' }] : []),
  { value: 'done' as const, label: 'Done' },
  { value: 'registered' as const, label: 'Already registered' },
  { value: 'copy' as const, label: 'Copy a value' },
  { value: 'explain' as const, label: 'More about this page' },
  { value: 'later' as const, label: 'Later', hint: 'keep it on the list' },
];

/** By the terminal, which may be far away, and by the system, as not every terminal can. */
async function copyValue(context: Context, page: PublisherPage, root: string): Promise<void> {
  const { terminal, env, platform, network } = context;
  const address = reachable(network, page.url);
  const rows = [{ label: 'Address of the page', value: address }, ...formRows(page.fields, page.prefilled)];
  const choices = rows.map(({ label, value }) => ({ value, label, hint: value }));
  const value = await terminal.select('Which value?', choices, choices[1]?.value ?? address);
  terminal.copy(value);
  const copied = await copyBySystem(value, { env, platform, outside: root });
  terminal.print(terminal.paint.dim(copied ? 'Copied.' : 'Copied (if your terminal supports it).'));
}
