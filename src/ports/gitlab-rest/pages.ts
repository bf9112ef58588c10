import { isTable } from '../json.ts';
import { notGitLab } from './errors.ts';
import type { Row } from './read.ts';

/** Which page of a list is asked for. */
export interface Page {
  page: number;
  perPage: number;
  showExpanded: true;
}

const perPage = 100;

/** A list whole: the first page tells how many there are, the others are read at once. */
export async function allPages(read: (options: Page) => Promise<unknown>, url: string): Promise<Row[]> {
  const first = await onePage(read, 1, url);
  const rest = Array.from({ length: Math.max(0, first.pages - 1) }, (_, index) =>
    onePage(read, index + 2, url),
  );
  const pages = [first, ...(await Promise.all(rest))];
  const rows = pages.flatMap((page) => page.rows);
  const last = pages.at(-1);
  // Over 10,000 rows GitLab leaves out the totals and only names the next page.
  return Number.isNaN(first.pages) && last?.next
    ? [...rows, ...(await following(read, last.next, url))]
    : rows;
}

async function following(
  read: (options: Page) => Promise<unknown>,
  page: number,
  url: string,
): Promise<Row[]> {
  const { rows, next } = await onePage(read, page, url);
  return next ? [...rows, ...(await following(read, next, url))] : rows;
}

async function onePage(read: (options: Page) => Promise<unknown>, page: number, url: string) {
  const answer = await read({ page, perPage, showExpanded: true });
  if (!isTable(answer) || !Array.isArray(answer.data) || !isTable(answer.paginationInfo))
    throw notGitLab(url, 200);
  const { totalPages, next } = answer.paginationInfo;
  return { rows: answer.data.filter(isTable), pages: Number(totalPages), next: Number(next) || undefined };
}
