import { Cancelled } from './errors.ts';

/** Ctrl-C and SIGTERM: they end the run at once, but for work that must not be cut in the middle. */
export interface Stop {
  /** Aborted once a stop was asked for during held work; the reason is the exit code, 130 or 143. */
  signal: AbortSignal;
  /** Lets the work end by itself, with `signal` as the word to do so soon. */
  hold<T>(work: () => Promise<T>): Promise<T>;
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
  listen((exitCode) => {
    if (standing !== 'working' || controller.signal.aborted)
      return end(new Cancelled(exitCode, sentences[standing]));
    notice('Stopping after the request that is under way; the same once more ends it at once.');
    controller.abort(exitCode);
  });
  const hold = async <T>(work: () => Promise<T>): Promise<T> => {
    standing = 'working';
    return work().finally(() => {
      standing = 'worked';
    });
  };
  return { signal: controller.signal, hold };
}

const sentences = {
  untouched: 'Cancelled; nothing was changed.',
  working: 'Cancelled in the middle of a change, so that whether it was made is not known here.',
  worked: 'Cancelled; what is reported above stays as it is.',
};
