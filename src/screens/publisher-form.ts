import { formRows } from '../indexes/publisher-page.ts';
import type { PublisherPage } from '../plan/settings/publisher.ts';
import { sourcedTable } from '../terminal/table.ts';
import type { Screen } from '../terminal/terminal.ts';

/** What to enter in a page's form, and what else to know there; `brief` is for readers who have seen it before. */
export function formView(page: PublisherPage, screen: Screen, { brief }: { brief: boolean }): string[] {
  const { paint } = screen;
  const rows = formRows(page.fields, page.prefilled);
  const steps = brief ? [page.reminder] : page.steps;
  return [
    ...sourcedTable(
      rows.map(({ label, value }) => [label, value, '']),
      { paint, columns: screen.columns - 3 },
    ).map((line) => `   ${line}`),
    ...steps.map((step) => `     ${paint.dim('-')} ${paint.plain(step)}`),
  ];
}
