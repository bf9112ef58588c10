import { ownValue } from '../kernel/own-value.ts';
import { appendJobs } from '../text/yaml/draft.ts';
import { note, type PipelineEdit, seen } from './edit.ts';
import { attestLines, baseLines, checkLines, dataOf, publishLines } from './template.ts';

/** A job to append. */
interface Block {
  name: string;
  lines: string[];
  /** What it is, for the list of changes. */
  what: string;
}

/** Appends the jobs that are missing. */
export function addMissingJobs(edit: PipelineEdit): void {
  const { goal, draft, around, publishing, newBuilder } = edit;
  const made = publishing.filter(({ exists }) => !exists);
  const blocks: Block[] = [
    ...(newBuilder === undefined
      ? []
      : [{ name: around.buildJobs[0] ?? 'build', lines: newBuilder, what: 'a job that builds dist/' }]),
    { name: around.checkJob, lines: checkLines(goal, around), what: 'a job that checks dist/' },
    ...(goal.attest
      ? [{ name: around.attestJob, lines: attestLines(goal, around), what: 'a job that signs dist/' }]
      : []),
    ...(made.length > 0
      ? [{ name: around.base, lines: baseLines(goal, around), what: 'the base of the publishing jobs' }]
      : []),
    ...made.map(({ index, name }) => ({
      name,
      lines: publishLines(goal, index, around),
      what: `a job that publishes ${index.id === 'pypi' ? 'each tag' : 'each push to the default branch'}`,
    })),
  ];
  const missing = blocks.filter(({ name }) => ownValue(seen(edit), name) === undefined);
  if (missing.length === 0) return;
  for (const { name, what } of missing) note(edit, [name], undefined, what);
  const text = missing.flatMap(({ lines }, at) => (at === 0 ? lines : ['', ...lines]));
  appendJobs(draft, text, dataOf(text));
}
