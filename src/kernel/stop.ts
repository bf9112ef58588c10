import { type CancelCode, Cancelled } from './errors.ts';

/**
 * Ctrl-C, a closed terminal and the like. They end the run at once, except during work that must not be interrupted.
 */
export interface Stop {
  /** Aborted when a stop is requested during held work or a question; the reason is the exit code. */
  signal: AbortSignal;
  /** Lets the work finish on its own; `signal` tells it to do so soon. */
  hold<T>(work: () => Promise<T>): Promise<T>;
  /** Lets `signal` dismiss a question, so that the terminal is left as it was. */
  ask<T>(question: () => Promise<T>): Promise<T>;
  /** Cleans up before a stop ends the program at once, which skips every `finally`; returns what to say instead. */
  beforeEnd(clean: () => Cancelled): void;
  /** The error that ends the run here: because of the signal received, or the user's answer to a question. */
  cancelled(): Cancelled;
}

/** What a stop is built from, so that only `main.ts` touches the process. */
export interface StopOptions {
  /** Calls back on each signal that requests a stop, with its conventional exit code. */
  listen(asked: (exitCode: CancelCode) => void): void;
  /** Exits immediately. */
  end(cancelled: Cancelled): void;
  notice(sentence: string): void;
}

/**
 * The first stop waits for held work. A second one, or one with nothing held, ends at once. Closing a terminal may send
 * its signal twice (from the kernel and from the shell), which does not count as a second request.
 */
export function makeStop({ listen, end, notice }: StopOptions): Stop {
  const controller = new AbortController();
  let standing: keyof typeof sentences = 'untouched';
  let asking = false;
  let clean: (() => Cancelled) | undefined;
  listen((exitCode) => {
    const { aborted } = controller.signal;
    if (aborted && exitCode === hangUp) return;
    if (!(asking || standing === 'working') || aborted) return end(ending(exitCode));
    if (!asking) notice('Stopping after the current request. Press Ctrl-C again to quit now.');
    controller.abort(exitCode);
  });
  const ending = (exitCode: CancelCode) => {
    if (clean === undefined) return new Cancelled(exitCode, sentences[standing]);
    const { message, next } = clean();
    return new Cancelled(exitCode, message, next);
  };
  return {
    signal: controller.signal,
    hold: async (work) => {
      standing = 'working';
      return work().finally(() => {
        standing = 'worked';
      });
    },
    ask: async (question) => {
      asking = true;
      return question().finally(() => {
        asking = false;
      });
    },
    beforeEnd: (cleanUp) => {
      clean = cleanUp;
    },
    cancelled: () => new Cancelled(controller.signal.reason ?? 130, sentences[standing]),
  };
}

/** The exit code for SIGHUP. */
const hangUp = 129;

const sentences = {
  untouched: 'Cancelled; nothing was changed.',
  working: 'Cancelled in the middle of a change, so that whether it was made is not known here.',
  worked: 'Cancelled; the changes reported above stay.',
};
