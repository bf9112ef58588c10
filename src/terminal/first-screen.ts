import type { Context } from '../context.ts';
import type { Comparison } from '../credentials.ts';
import { changesOf } from '../plan.ts';
import { briefFactsView, factsView } from './facts-view.ts';
import { howManyHold, statesView } from './states-view.ts';

/**
 * What was found, with where it was read, and the state of every setting at a glance. Where all is well that is the
 * whole of the run, so it is short.
 */
export function showFirstScreen({ terminal }: Pick<Context, 'terminal'>, compared: Comparison): void {
  const { paint } = terminal;
  const { facts, goal, plan } = compared;
  const brief = changesOf(plan).length === 0;
  if (brief) terminal.print('', ...briefFactsView(facts, goal, terminal), '');
  else terminal.print('', paint.bold('What was found'), ...factsView(facts, terminal), '');
  terminal.print(paint.bold(howManyHold(plan)), ...statesView(plan, terminal), ...(brief ? [] : ['']));
}
