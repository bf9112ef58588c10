import type { Facts } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import { changesOf, type PlannedSetting } from '../plan/plan.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { factsView } from './facts.ts';
import { howManyHold, statesView } from './states.ts';

/**
 * What was found, with sources, and the state of every setting at a glance. If there is nothing to change this is
 * almost the whole run, so it shows only what is open.
 */
export function showFirstScreen(
  terminal: Terminal,
  { facts, goal, plan }: { facts: Facts; goal: Goal; plan: PlannedSetting[] },
): void {
  const { paint } = terminal;
  if (changesOf(plan).length === 0) {
    const which = oneLine(
      `${facts.gitlab.project.path} by the route ${goal.route.value}: ${howManyHold(plan)}`,
    );
    const open = plan.filter(({ finding }) => finding.kind !== 'ok');
    terminal.print('', paint.bold(which), ...statesView(open, terminal));
    return;
  }
  terminal.print('', paint.bold('What was found'), ...factsView(facts, terminal), '');
  terminal.print(paint.bold(`How it stands: ${howManyHold(plan)}`), ...statesView(plan, terminal), '');
}
