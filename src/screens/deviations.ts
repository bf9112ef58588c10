import type { Deviations } from '../goal/deviations.ts';
import type { Goal } from '../goal/index.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { choicesOf } from './choices.ts';

/** Each choice that is contradicted: 'Approvers: Maintainers (2) declared, nobody now'. */
export function deviationWords(goal: Goal, { found, names }: Deviations, some = names): string[] {
  const [declared, now] = [choicesOf(goal), choicesOf(found)];
  return some.flatMap((name) => {
    const row = declared.find((it) => it.name === name) ?? now.find((it) => it.name === name);
    const valueIn = (rows: typeof now) => rows.find((it) => it.name === name)?.value ?? 'nothing';
    return row === undefined ? [] : [`${row.label}: ${valueIn(declared)} declared, ${valueIn(now)} now`];
  });
}

/** Asks what is right; Enter takes the stricter one. */
export async function askRestoreOrAdopt(
  goal: Goal,
  deviations: Deviations,
  terminal: Terminal,
): Promise<'restore' | 'adopt'> {
  const words = deviationWords(goal, deviations).map((it) => `  ${it}`);
  terminal.print('', terminal.paint.bold('Not as your project declares it'), ...words, '');
  return terminal.select(
    'Which is right?\nThe declaration is what later runs and checks compare with.',
    [
      { value: 'restore', label: 'What is declared: restore it' },
      { value: 'adopt', label: 'What is there now: declare it instead' },
    ],
    deviations.loosening.length > 0 ? 'adopt' : 'restore',
  );
}
