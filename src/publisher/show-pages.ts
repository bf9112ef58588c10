import type { Context } from '../context.ts';
import type { Facts } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import type { SettledSetting } from '../plan.ts';
import { type PublisherPage, pageFor } from '../settings/publisher.ts';
import { formRows } from './page.ts';

/**
 * Shows the page of each index on which the Trusted Publisher is registered, and opens it where that is wanted.
 * Nothing is waited for, and nothing is claimed about what the user does there.
 */
export async function openPublisherPages(
  context: Context,
  facts: Facts,
  goal: Goal,
  settled: SettledSetting[],
): Promise<void> {
  const changed = settled.some(({ outcome }) => outcome === 'applied');
  const pages = [...goal.indexes].reverse().flatMap((index) => {
    const state = settled.find(({ setting }) => setting.id === `publisher:${index.id}`);
    const isOpen = state?.outcome === 'unchanged' && state.finding.state === 'manual';
    return isOpen ? (pageFor(facts, index) ?? []) : [];
  });
  for (const page of pages) await showPage(context, page, changed);
}

async function showPage(context: Context, page: PublisherPage, changed: boolean): Promise<void> {
  const { terminal } = context;
  const { paint } = terminal;
  const rows = formRows(page.fields, page.prefilled);
  const width = Math.max(...rows.map(({ label }) => label.length));
  terminal.print(
    '',
    paint.bold(`Register the Trusted Publisher on ${page.index.title}`),
    paint.plain(page.url),
    ...rows.map(({ label, value }) => `  ${paint.dim(label.padEnd(width))}  ${paint.plain(value)}`),
    // Who runs it again has most likely been there.
    ...(changed
      ? page.steps
      : ['Whether it is registered shows with the first upload by it; if it is, nothing is to be done here.']
    ).map((step) => `  ${paint.dim('-')} ${paint.plain(step)}`),
  );
  if (!changed) return;
  if (terminal.interactive) await offer(context, page, rows);
  else context.openPage?.(page.url);
}

type Row = ReturnType<typeof formRows>[number];

/** Opening and copying as often as the user likes, until they go on. */
async function offer(context: Context, page: PublisherPage, rows: Row[]): Promise<void> {
  const { terminal, openPage } = context;
  const open = openPage === undefined ? [] : [{ value: 'open', label: 'Open the page in the browser' }];
  const copies = rows.map(({ label, value }) => ({
    value: `copy:${value}`,
    label: `Copy ${label}`,
    hint: value,
  }));
  const choices = [
    ...open,
    { value: 'on', label: 'Go on' },
    { value: 'copy:url', label: 'Copy the address' },
    ...copies,
  ];
  let initial = openPage ? 'open' : 'on';
  for (;;) {
    const answer = await terminal.select(`${page.index.title}: what now?`, choices, initial);
    if (answer === 'on') return;
    if (answer === 'open') openPage?.(page.url);
    else {
      terminal.copy(answer === 'copy:url' ? page.url : answer.slice('copy:'.length));
      terminal.print(
        terminal.paint.dim('Sent to the clipboard, if this terminal takes it from there (OSC 52).'),
      );
    }
    initial = 'on';
  }
}
