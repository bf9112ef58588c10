import { Projects } from '@gitbeaker/rest';
import { isTable } from '../json.ts';
import { notGitLab } from './errors.ts';
import { allPages, type Page } from './pages.ts';
import type { Row } from './read.ts';
import { type Connection, requesterFor } from './requester.ts';

/** Shared by all parts of the port. */
export interface Session {
  connection: Connection;
  /** For the constructors of gitbeaker's classes. */
  options: ReturnType<typeof classOptions>;
  /** For requests that gitbeaker's classes lack, or do not make the way GitLab expects. */
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
