import { attempt } from '../../facts/gitlab-project.ts';
import type { Facts } from '../../facts/index.ts';
import type { Goal } from '../../goal/index.ts';
import { pipelineGoal } from '../../goal/pipeline.ts';
import { editPipeline, type PipelineReading, readPipeline } from '../../pipeline/index.ts';
import type { GitLab, LintResult } from '../../ports/gitlab.ts';
import type { EditResult } from '../../text/result.ts';
import { findingOfEdit } from './file-setting.ts';
import { type Finding, finding, type Setting, unreadable } from './setting.ts';

/** The pipeline file builds once and publishes to each index from the right environment. */
export const pipeline: Setting = {
  id: 'pipeline',
  title: 'Pipeline that builds and publishes',
  dependsOn: ['pyproject'],
  inspect,
  reread: async (facts, { files }) => {
    const text = await files.read(facts.pipeline.path.value);
    const { included } = facts.pipeline.reading;
    const reading = { ...readPipeline(text), included };
    return { ...facts, pipeline: { ...facts.pipeline, text, reading } };
  },
};

/** Asks GitLab what it says of the text that the pipeline file is to have. */
export async function withLint(facts: Facts, goal: Goal, gitlab: GitLab): Promise<Facts> {
  const text = intendedText(editedPipeline(facts, goal), facts);
  if (text === undefined) return facts;
  const lint = await attempt(gitlab.lint(facts.gitlab.project.id, text));
  return { ...facts, pipeline: { ...facts.pipeline, lint } };
}

type Input = Pick<Facts, 'python'> & Pick<Facts['pipeline'], 'text'> & Pick<PipelineReading, 'included'>;

/** The last edit towards each goal: the lint and two settings ask for the same one. */
const lastEdits = new WeakMap<Goal, Input & { edit: EditResult }>();

/** The edit that the pipeline file needs. */
export function editedPipeline(facts: Facts, goal: Goal): EditResult {
  const { python, pipeline } = facts;
  const input: Input = { python, text: pipeline.text, included: pipeline.reading.included };
  const last = lastEdits.get(goal);
  if (last?.python === python && last.text === input.text && last.included === input.included)
    return last.edit;
  const edit = editPipeline(input.text, pipelineGoal(facts, goal), input.included, pipeline.reading.file);
  lastEdits.set(goal, { ...input, edit });
  return edit;
}

/** Nothing is asked about a file that is neither there nor to be written. */
function intendedText(edit: EditResult, facts: Facts): string | undefined {
  return edit.kind === 'edited' ? edit.edits[0]?.after : facts.pipeline.text;
}

function inspect(facts: Facts, goal: Goal): Finding {
  const edit = editedPipeline(facts, goal);
  const { lint, reading, path } = facts.pipeline;
  if (lint && !lint.known) return unreadable(`verdict of GitLab's lint on ${path.value}`, lint.reason);
  if (lint && !lint.value.valid) return invalid(edit, lint.value, facts);
  const jobs = reading.unsettled.map((name) => `'${name}'`).join(' and ');
  return findingOfEdit(edit, {
    ok: `${path.value} builds once and publishes as it should.`,
    different: `${path.value} differs.`,
    missing:
      jobs === ''
        ? `${path.value} does not publish yet.`
        : `${path.value} publishes by the ${reading.unsettled.length === 1 ? 'job' : 'jobs'} ${jobs}, but not ${wayOf(goal)}.`,
    isMissing: !reading.ours,
  });
}

function wayOf({ route }: Goal): string {
  return route.value === 'token' ? 'with the token of its environment' : 'as a Trusted Publisher';
}

function invalid(edit: EditResult, lint: LintResult, facts: Facts): Finding {
  const path = facts.pipeline.path.value;
  const words = lint.errors.join('; ') || 'no reason given';
  const when = edit.kind === 'edited' ? `${path} as it would be edited` : path;
  return finding(
    'different',
    `GitLab's lint says that ${when} is not valid, so it is not written: ${words}`,
    {
      differences: [{ field: "GitLab's lint", current: words, wanted: 'valid' }],
      manual: `Repair ${path} first; GitLab shows the same at ${facts.gitlab.project.webUrl}/-/ci/editor.`,
      notes: edit.notes,
    },
  );
}
