import { Cancelled } from './errors.ts';

/** Ctrl-C and SIGTERM: they end the run at once, but for work that must not be cut in the middle. */
export interface Stop {
  /** Aborted once a stop was asked for during held work or a question; the reason is the exit code, 130 or 143. */
  signal: AbortSignal;
  /** Lets the work end by itself, with `signal` as the word to do so soon. */
  hold<T>(work: () => Promise<T>): Promise<T>;
  /** Lets a question be taken away by `signal`, so that the terminal is left as it was found. */
  ask<T>(question: () => Promise<T>): Promise<T>;
  /** What ends the run where it stands: by the signal that came, or by the user's answer to a question. */
  cancelled(): Cancelled;
}

/** What a stop is made of, so that only `main.ts` touches the process. */
export interface StopOptions {
  /** Calls back at each Ctrl-C and SIGTERM, with the exit code that is usual for it. */
  listen(asked: (exitCode: 130 | 143) => void): void;
  /** Ends the program now. */
  end(cancelled: Cancelled): void;
  notice(sentence: string): void;
}

/** The first stop waits for work that is held; the second one, or one with nothing held, ends at once. */
export function makeStop({ listen, end, notice }: StopOptions): Stop {
  const controller = new AbortController();
  let standing: keyof typeof sentences = 'untouched';
  let asking = false;
  listen((exitCode) => {
    if (!(asking || standing === 'working') || controller.signal.aborted)
      return end(new Cancelled(exitCode, sentences[standing]));
    if (!asking) notice('Stopping after the request that is under way; the same once more ends it at once.');
    controller.abort(exitCode);
  });
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
    cancelled: () => new Cancelled(controller.signal.reason ?? 130, sentences[standing]),
  };
}

const sentences = {
  untouched: 'Cancelled; nothing was changed.',
  working: 'Cancelled in the middle of a change, so that whether it was made is not known here.',
  worked: 'Cancelled; what is reported above stays as it is.',
};
