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
  terminal: Terminal;
  /** Opens a page, or does nothing where that is not wanted or not possible. */
  openPage: OpenPage | undefined;
  log: RequestLog | undefined;
  /** Writes the one JSON document to stdout. */
  writeJson(document: unknown): void;
  /** Aborted by Ctrl-C or SIGTERM while nothing is asked. */
  stop: AbortSignal;
}
