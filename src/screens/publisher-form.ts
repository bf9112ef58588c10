import { formRows } from '../indexes/publisher-page.ts';
import type { PublisherPage } from '../plan/settings/publisher.ts';
import { sourcedTable } from '../terminal/table.ts';
import type { Screen } from '../terminal/terminal.ts';

/** What to enter in a page's form, and what else to know there. */
export function formView(page: PublisherPage, steps: string[], screen: Screen): string[] {
  const { paint } = screen;
  const rows = formRows(page.fields, page.prefilled);
  return [
    ...sourcedTable(
      rows.map(({ label, value }) => [label, value, '']),
      { paint, columns: screen.columns - 3 },
    ).map((line) => `   ${line}`),
    ...stepsView(steps, screen),
  ];
}

/** Steps, one below the other. */
export const stepsView = (steps: string[], { paint }: Screen): string[] =>
  steps.map((step) => `     ${paint.dim('-')} ${paint.plain(step)}`);
