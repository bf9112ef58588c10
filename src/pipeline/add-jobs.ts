import { own } from '../kernel/has-own.ts';
import { appendJobs, textOf } from '../text/yaml/draft.ts';
import { note, type PipelineEdit } from './edit.ts';
import { routeMarker } from './reading.ts';
import { baseLines, dataOf, publishLines, routeComment } from './template.ts';

/** Appends those jobs that are not there. */
export function addMissingJobs(edit: PipelineEdit): void {
  const { goal, draft, around, publishing, newBuilder } = edit;
  const made = publishing.filter(({ exists }) => !exists);
  const blocks: [name: string, lines: string[], what: string][] = [
    ...(newBuilder === undefined
      ? []
      : [[around.buildJobs[0], newBuilder, 'a job that builds dist/'] as never]),
    ...(made.length > 0
      ? [
          [
            around.base,
            [...routeLines(edit), ...baseLines(goal, around)],
            'the base of the publishing jobs',
          ] as never,
        ]
      : []),
    ...made.map(({ index, name }): [string, string[], string] => {
      const when = index.id === 'pypi' ? 'each tag' : 'each push to the default branch';
      return [name, publishLines(goal, index, around), `a job that publishes ${when}`];
    }),
  ];
  const missing = blocks.filter(([name]) => own(draft.data, name) === undefined);
  if (missing.length === 0) return;
  for (const [name, , what] of missing) note(edit, [name], undefined, what);
  const text = missing.flatMap(([, lines], at) => (at === 0 ? lines : ['', ...lines]));
  appendJobs(draft, text, dataOf(text));
}

/** The comment from which a later run knows the route, where none has it yet. */
function routeLines({ draft, goal }: PipelineEdit): string[] {
  return routeMarker.test(textOf(draft)) ? [] : [routeComment(goal)];
}
