import { repeatCommand } from '../cli/repeat.ts';
import type { Facts } from '../facts/index.ts';
import { declarationOf } from '../goal/declared.ts';
import { type Deviations, deviationsFrom } from '../goal/deviations.ts';
import type { Goal } from '../goal/index.ts';
import { releaseProblem } from '../goal/people.ts';
import { plainChoices, type Wishes } from '../goal/wishes.ts';
import { UserError } from '../kernel/errors.ts';
import { type DeclaredName, declarationTable } from '../python/declaration.ts';
import { askRestoreOrAdopt, deviationWords } from '../screens/deviations.ts';
import type { Context } from './context.ts';

/**
 * Asks what is right where GitLab or the pipeline contradicts what is declared. Returns the wishes with what is adopted;
 * undefined if there is nothing to ask, or the declaration is to be restored.
 */
export async function settleDeclaration(
  { terminal }: Context,
  { facts, wishes, goal }: { facts: Facts; wishes: Wishes; goal: Goal },
): Promise<Wishes | undefined> {
  const deviations = terminal.interactive ? deviationsFrom(facts, goal) : undefined;
  if (deviations === undefined) return undefined;
  if ((await askRestoreOrAdopt(goal, deviations, terminal)) === 'adopt')
    return { ...wishes, adopted: namesIn(deviations.names) };
  const stuck = goal.route.value === 'protected' ? releaseProblem(facts, goal) : undefined;
  if (stuck?.total) throw new UserError('dead-end', stuck.message, stuck.hint);
  return undefined;
}

/**
 * A declaration may tighten by itself, never loosen: a merge request can change the file. Throws a `UserError` with the
 * command that a person would give.
 */
export function refuseLoosening(context: Context, facts: Facts, goal: Goal): void {
  const deviations = deviationsFrom(facts, goal);
  if (deviations === undefined || deviations.loosening.length === 0) return;
  const words = deviationWords(goal, deviations, deviations.loosening);
  throw new UserError(
    'loosens',
    `${tableOf(facts)} asks for less protection than is set up now: ${words.join('; ')}.`,
    `A merge request can change that file, so this needs your confirmation. If you want it: '${repeatCommand(context, wantedOptions(goal, deviations))}'. If not, correct the file.`,
  );
}

function tableOf({ python: { declaration } }: Facts): string {
  const path = declaration.path ?? 'pyproject.toml';
  return `${path} ${declarationTable[path]}`;
}

/** The declared choices that loosen, as options. */
function wantedOptions(goal: Goal, { loosening }: Deviations) {
  const declared = { ...declarationOf(goal), ...plainChoices(goal) };
  return Object.fromEntries(
    Object.entries(declared).filter(([name]) => namesIn(loosening).includes(name as DeclaredName)),
  );
}

const namesIn = (names: Deviations['names']): DeclaredName[] =>
  names.flatMap((name) => (name === 'approver' ? [name, 'approvals' as const] : [name]));
