import type { Options } from './options.ts';
import type { OpenPage } from './ports/browser.ts';
import type { RequestLog } from './ports/request-log.ts';
import type { Terminal } from './terminal/terminal.ts';

/** The world around a command, so that only `main.ts` touches the process. */
export interface Context {
  options: Options;
  env: Record<string, string | undefined>;
  cwd: string;
  home: string;
  platform: NodeJS.Platform;
  /** How the user calls this program: 'gitlab-to-pypi', 'npx gitlab-to-pypi' ... */
  program: string;
  terminal: Terminal;
  /** Opens a page, or does nothing where that is not wanted or not possible. */
  openPage: OpenPage | undefined;
  log: RequestLog | undefined;
  /** Takes the indexes to accept what the official ones do, for the rehearsal of a GitLab that those refuse. */
  asOfficial?: boolean;
  /** Writes the one JSON document to stdout. */
  writeJson(document: unknown): void;
  stop: Stop;
}

/** Ctrl-C and SIGTERM: they end the run at once, but for work that must not be cut in the middle. */
export interface Stop {
  /** Aborted once a stop was asked for; the reason is the name of the signal. */
  signal: AbortSignal;
  /** Lets the work end by itself, with `signal` as the word to do so soon. */
  hold<T>(work: () => Promise<T>): Promise<T>;
}
