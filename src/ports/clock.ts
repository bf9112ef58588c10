import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../kernel/errors.ts';

/** Time that passes; only differences count. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The environment variable with the seconds between two looks at a pipeline, at first. */
export const pollVariable = 'GITLAB_TO_PYPI_POLL';

/** The pace that pauses are written for, in seconds. */
const usual = 5;

/**
 * The machine's clock; with another pace in the environment all pauses and limits are longer or shorter in proportion.
 * Throws a `UserError` if that is invalid.
 */
export function openClock(env: Record<string, string | undefined>): Clock {
  const text = env[pollVariable]?.trim();
  const seconds = text ? Number(text) : usual;
  if (!(seconds >= 0.01 && seconds <= 600)) {
    throw new UserError(
      'usage',
      `${pollVariable} is '${text}', which is not a number of seconds.`,
      'Set it to the seconds between two looks at the pipeline, from 0.01 to 600, or leave it out for 5.',
    );
  }
  const pace = seconds / usual;
  return { now: () => performance.now() / pace, sleep: (milliseconds) => sleep(milliseconds * pace) };
}
