import { indexNames } from '../facts/package-index.ts';
import { formRows } from '../indexes/publisher-page.ts';
import type { PublisherPage } from '../plan/settings/publisher.ts';
import { formView } from '../screens/publisher-form.ts';
import type { Context } from './context.ts';

/**
 * Opens the page on which each index registers the Trusted Publisher, if wanted; in a terminal it shows each with its
 * form until the user continues. Makes no claims about what the user did there.
 */
export async function showPublisherPages(context: Context, pages: PublisherPage[]): Promise<void> {
  for (const page of pages) {
    if (context.terminal.interactive) await offer(context, page);
    else context.openPage?.(page.url);
  }
}

/** Opens and copies as often as the user likes, until they continue. */
async function offer(context: Context, page: PublisherPage): Promise<void> {
  const { terminal, openPage } = context;
  const { paint } = terminal;
  terminal.print('', paint.bold(`Register the Trusted Publisher on ${indexNames[page.index.id]}`));
  terminal.printAsIs(`  ${paint.cyan(page.url)}`);
  terminal.print(...formView(page, terminal));
  const choices = choicesFor(page, openPage !== undefined);
  let initial = openPage ? 'open' : 'on';
  for (;;) {
    const question = `${indexNames[page.index.id]}: what now?\nYou have to click "Add" yourself; it needs your account there.`;
    const answer = await terminal.select(question, choices, initial);
    if (answer === 'on') return;
    if (answer === 'open') {
      openPage?.(page.url);
      terminal.print(paint.dim(page.reminder));
    } else {
      terminal.copy(answer === 'copy:url' ? page.url : answer.slice('copy:'.length));
      terminal.print(paint.dim('Copied (if your terminal supports it).'));
    }
    initial = 'on';
  }
}

function choicesFor(page: PublisherPage, canOpen: boolean) {
  const copies = formRows(page.fields, page.prefilled).map(({ label, value }) => ({
    value: `copy:${value}`,
    label: `Copy ${label}`,
    hint: value,
  }));
  return [
    ...(canOpen ? [{ value: 'open', label: 'Open the page in the browser' }] : []),
    { value: 'on', label: 'Done, continue' },
    { value: 'copy:url', label: 'Copy the address' },
    ...copies,
  ];
}
