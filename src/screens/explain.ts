import { explainInGeneral, failureCauses } from '../plan/settings/failure-words.ts';
import { hangingRows } from '../terminal/table.ts';
import type { Screen } from '../terminal/terminal.ts';
import { checkExplanations, type Explanation, errorExplanations } from './explanations.ts';

/** Everything that can be explained. */
export const explainable: string[] = [...Object.keys(checkExplanations), ...Object.keys(errorExplanations)];

/** The explanation of a check or an error; an ID such as `environment:release` names one of its kind. */
export function explanationOf(topic: string): Explanation | undefined {
  const [kind = topic] = topic.split(':');
  const all = { ...errorExplanations, ...checkExplanations };
  if (Object.hasOwn(all, kind)) return all[kind as keyof typeof all];
  const cause = failureCauses.find((it) => it === topic);
  return cause === undefined ? undefined : ofCause(cause);
}

function ofCause(cause: (typeof failureCauses)[number]): Explanation {
  const { what, next } = explainInGeneral(cause);
  return {
    title: `A failed upload: ${cause}`,
    means: `${what[0]?.toUpperCase()}${what.slice(1)}.`,
    byHand: [next],
  };
}

/** One explanation. */
export function explanationView({ title, means, byHand }: Explanation, { paint }: Screen): string[] {
  return [
    paint.bold(title),
    '',
    means,
    '',
    paint.bold('By hand'),
    ...byHand.map((step, at) => `  ${at + 1}. ${step}`),
  ];
}

/** With fewer columns beside the IDs, what they mean stands below them. */
const leastRoom = 30;

/** The list of all of them. */
export function explainableView({ paint, columns }: Screen): string[] {
  const width = Math.max(...[...explainable, ...failureCauses].map(({ length }) => length));
  const row = (id: string, text: string) =>
    hangingRows({ text: id, brush: paint.plain }, [{ text, brush: paint.dim }], {
      columns,
      width,
      room: leastRoom,
    });
  const rows = (table: Record<string, Explanation>) =>
    Object.entries(table).flatMap(([id, { title }]) => row(id, title));
  return [
    paint.bold('Checks'),
    ...rows(checkExplanations),
    '',
    paint.bold('Errors'),
    ...rows(errorExplanations),
    '',
    paint.bold('Failed uploads'),
    ...failureCauses.flatMap((cause) => row(cause, explainInGeneral(cause).what)),
  ];
}
