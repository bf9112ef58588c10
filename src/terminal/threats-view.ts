import type { People } from '../advice.ts';
import type { Goal } from '../goal/index.ts';
import type { Paint } from './paint.ts';

/** Who could do harm, and what each route does about it, with the recommendation and its reasons. */
export function threatsView(
  goal: Goal,
  people: People | undefined,
  auditLog: string,
  paint: Paint,
): string[] {
  const developers = people?.developers.length ?? 0;
  const comaintainers = Math.max(0, (people?.maintainers.length ?? 1) - 1);
  const count = (number: number) => (people === undefined ? '?' : String(number));
  const rows = [
    ["a stranger's merge request", '-', 'cannot', 'cannot'],
    [
      'a Developer with a branch',
      count(developers),
      'cannot',
      developers > 0 ? 'can publish' : 'could publish',
    ],
    ['a co-Maintainer', count(comaintainers), 'needs an approval', 'can publish'],
    ['a trusted insider', '-', 'can', 'can'],
  ] as const;
  const line = ([who, number, withProtection, plain]: readonly string[], brush: (text: string) => string) =>
    `  ${brush(`${who?.padEnd(28)} ${number?.padStart(5)}   ${withProtection?.padEnd(19)} ${plain}`)}`;
  return [
    line(['Could publish a release', 'here', 'protected', 'trusted'], paint.bold),
    ...rows.map((row) => line(row, paint.plain)),
    `  ${paint.dim(`Against the last one only review and the audit log help: ${auditLog}`)}`,
    '',
    `  Recommended: ${paint.bold(goal.advice.route)}. ${paint.plain(goal.advice.because.join(' '))}`,
  ];
}
