import { type ChoiceName, type Choices, choiceNames, flagOf } from '../cli/options.ts';
import type { Source, Sourced } from '../kernel/source.ts';

/** What the user said, on the command line or in answer to a question; each with which of the two it was. */
export interface Wishes extends AllSourced<Choices> {
  /** Offers that the user has agreed to, by their ids; no option does that. */
  agreed?: string[];
}

type AllSourced<T> = { [N in keyof T]?: Sourced<NonNullable<T[N]>> };

/** The wishes that the command line expresses. */
export function wishesOf(options: Partial<Choices>): Wishes {
  return withSources(options, choiceNames, (name, value) => optionSource(name, value === false));
}

/** As the option was typed, `no-testpypi` for a switch that was turned off. */
const optionSource = (name: ChoiceName, turnedOff: boolean): Source => ({
  by: 'option',
  name: flagOf(name, turnedOff).slice(2),
});

function withSources<T extends object, N extends keyof T>(
  given: T,
  names: N[],
  sourceOf: (name: N, value: T[N]) => Source,
): AllSourced<T> {
  const sourced: AllSourced<T> = {};
  for (const name of names) {
    const value = given[name];
    if (value !== undefined && value !== null) sourced[name] = { value, source: sourceOf(name, value) };
  }
  return sourced;
}
