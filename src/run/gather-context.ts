import { programName } from '../cli/program-name.ts';
import { hasDisplay, openPage } from '../ports/browser.ts';
import { openClock } from '../ports/clock.ts';
import { openNetwork, type RequestRecord, timeoutFrom } from '../ports/network.ts';
import { mannerOf } from '../terminal/manner.ts';
import { openTerminal } from '../terminal/open.ts';
import type { Streams, Terminal } from '../terminal/terminal.ts';
import type { Context } from './context.ts';

/** What the process gives a command. */
export interface Given
  extends Pick<Context, 'options' | 'env' | 'cwd' | 'home' | 'platform' | 'stop' | 'writeJson'> {
  /** The script that Node.js runs. */
  script: string;
  streams: Streams;
  /** Notes a request, with `--verbose`. */
  log(request: RequestRecord): void;
}

/** Opens the terminal, the network, the clock and the browser for a command. */
export async function gatherContext({ script, streams, log, ...given }: Given): Promise<Context> {
  const { options, env, cwd, platform, stop } = given;
  const browser = options.open && hasDisplay(env, platform);
  const terminal = await terminalOf(given, streams);
  return {
    ...given,
    program: programName(script, cwd, platform),
    terminal,
    openPage: browser ? openPage : undefined,
    network: openNetwork({
      timeout: timeoutFrom(env),
      stop: stop.signal,
      notice: (reason) => terminal.notice(terminal.paint.yellow(reason)),
      ...(options.verbose ? { log } : {}),
    }),
    clock: openClock(env),
  };
}

async function terminalOf(
  { options, env, platform, stop }: Pick<Given, 'options' | 'env' | 'platform' | 'stop'>,
  streams: Streams,
): Promise<Terminal> {
  const { input, output } = streams;
  const ends = { env, platform, inputIsTty: input.isTTY === true, outputIsTty: output.isTTY === true };
  const { attended, redraws, ...manner } = mannerOf(ends);
  const silent = options.quiet === true;
  const asks = attended && !options.yes && !options.json && !silent;
  return openTerminal(
    streams,
    { ...manner, attended: asks, redraws: redraws && !options.json && !silent, silent },
    stop,
  );
}
