import type { Options } from '../cli/options.ts';
import type { Stop } from '../kernel/stop.ts';
import type { PublisherPage } from '../plan/settings/publisher.ts';
import type { OpenPage } from '../ports/browser.ts';
import type { Clock } from '../ports/clock.ts';
import type { Network } from '../ports/network.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** The environment of a command, so that only `main.ts` touches the process. */
export interface Context {
  options: Options;
  env: Record<string, string | undefined>;
  cwd: string;
  /** Undefined for a user without one, as in some containers. */
  home: string | undefined;
  platform: NodeJS.Platform;
  /** How the user invokes this program: 'gitlab-to-pypi', 'npx gitlab-to-pypi' ... */
  program: string;
  terminal: Terminal;
  /** Opens a page; undefined if unwanted or impossible. */
  openPage: OpenPage | undefined;
  network: Network;
  clock: Clock;
  /** The servers are embedded, and end with the program. */
  rehearsal?: boolean;
  /** Registers a publisher in place of the user; only the demo's indexes let it. */
  clickAdd?(page: PublisherPage): void;
  /** Writes the JSON document to stdout. */
  writeJson(document: unknown): void;
  stop: Stop;
}
