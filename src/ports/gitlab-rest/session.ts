import { Projects } from '@gitbeaker/rest';
import { isTable } from '../json.ts';
import { notGitLab } from './errors.ts';
import { allPages, type Page } from './pages.ts';
import type { Row } from './read.ts';
import { type Connection, requesterFor } from './requester.ts';

/** What every part of the port works with. */
export interface Session {
  connection: Connection;
  /** For the constructors of gitbeaker's classes. */
  options: ReturnType<typeof classOptions>;
  /** For requests that gitbeaker's classes do not make, or not as GitLab takes them. */
  raw: Projects['requester'];
  /** An answer that must be an object. */
  row(answer: unknown): Row;
  /** A list whole, each of its rows read. */
  pages<T>(page: (options: Page) => Promise<unknown>, reader: (row: Row) => T): Promise<T[]>;
}

/** Begins a session; nothing is sent yet. */
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
    // gitbeaker wants one, and never gets the real one: the requests are our own.
    oauthToken: String(connection.token),
    requesterFn: requesterFor(connection),
    queryTimeout: null,
    rateLimits: {},
  };
}
