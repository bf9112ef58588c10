import { Projects } from '@gitbeaker/rest';
import { GitLabError } from '../gitlab-error.ts';
import { isTable } from '../json.ts';
import { notGitLab } from './errors.ts';
import type { Row } from './read.ts';
import { type Connection, requesterFor } from './requester.ts';

/** Shared by all parts of the port. */
export interface Session {
  connection: Connection;
  /** For the constructors of gitbeaker's classes. */
  options: ReturnType<typeof classOptions>;
  /**
   * For requests that gitbeaker's classes (43.8.0) lack, or do not make the way GitLab expects:
   * - protection of tags and branches: `create` sends the lists of who may do what in the query, not in the body;
   * - protection of environments: `edit` does not encode the name in the path;
   * - CI/CD variables: `edit` requires a value even if only flags change, and `remove` sends its filter in the body of a
   *   DELETE, which a proxy may drop;
   * - the project: the type of `edit` lacks the role that may pass variables to pipelines;
   * - `/version`: no class has it, and the newer `/metadata` is requested the same way.
   *
   * Where one request of a resource is made so, its others with a body are too, so that these bodies look alike.
   */
  raw: Projects['requester'];
  /** A response that must be an object. */
  row(answer: unknown): Row;
  /** A complete list, each row parsed. */
  pages<T>(page: (options: Page) => Promise<unknown>, reader: (row: Row) => T): Promise<T[]>;
}

/** Opens a session; sends nothing yet. */
export function openSession(connection: Connection): Session {
  const options = classOptions(connection);
  const { url } = connection;
  return {
    connection,
    options,
    raw: new Projects(options).requester,
    row: (answer) => {
      if (isTable(answer)) return answer;
      throw notGitLab(url, 200);
    },
    pages: (page, reader) => allPages(page, url).then((rows) => rows.map(reader)),
  };
}

function classOptions(connection: Connection) {
  return {
    host: connection.url,
    // gitbeaker requires one, but never gets the real one, since the requests are ours.
    oauthToken: String(connection.token),
    requesterFn: requesterFor(connection),
    queryTimeout: null,
    rateLimits: {},
  };
}

/** Which page of a list to request. */
interface Page {
  page: number;
  perPage: number;
  showExpanded: true;
}

type ReadPage = (options: Page) => Promise<unknown>;

const perPage = 100;
/** 50,000 rows, more than any group has members; a server may claim any number. */
const mostPages = 500;
const atOnce = 10;

/** A complete list: the first page tells the number of pages, the others are requested several at a time. */
async function allPages(read: ReadPage, url: string): Promise<Row[]> {
  const first = await onePage(read, 1, url);
  if (first.pages > mostPages) throw tooLong(url);
  // Above 10,000 rows GitLab omits the totals and only names the next page.
  if (Number.isNaN(first.pages)) return [...first.rows, ...(await following(read, first.next, url))];
  const pages = [first];
  while (pages.length < first.pages) {
    const count = Math.min(atOnce, first.pages - pages.length);
    const numbers = Array.from({ length: count }, (_, index) => pages.length + index + 1);
    pages.push(...(await Promise.all(numbers.map((page) => onePage(read, page, url)))));
  }
  return pages.flatMap(({ rows }) => rows);
}

async function following(read: ReadPage, second: number | undefined, url: string): Promise<Row[]> {
  const rows: Row[] = [];
  let count = 1;
  for (let next = second; next !== undefined; count += 1) {
    if (count >= mostPages) throw tooLong(url);
    const page = await onePage(read, next, url);
    rows.push(...page.rows);
    ({ next } = page);
  }
  return rows;
}

async function onePage(read: ReadPage, page: number, url: string) {
  const answer = await read({ page, perPage, showExpanded: true });
  if (!isTable(answer) || !Array.isArray(answer.data) || !isTable(answer.paginationInfo))
    throw notGitLab(url, 200);
  const { totalPages, next } = answer.paginationInfo;
  return { rows: answer.data.filter(isTable), pages: Number(totalPages), next: Number(next) || undefined };
}

function tooLong(url: string): GitLabError {
  return new GitLabError(
    'not-gitlab',
    `${url} answers with a list of more than ${mostPages} pages, so it was not read to its end.`,
    200,
  );
}
