import { type Facts, knownIndexes } from '../../facts/index.ts';
import type { Goal } from '../../goal/index.ts';
import { readPipeline } from '../../pipeline/index.ts';
import type { LintResult } from '../../ports/gitlab.ts';
import type { EditResult } from '../../text/result.ts';
import { planDelivery } from '../delivery.ts';
import { type Finding, ok, unfixable, unreadable } from '../finding.ts';
import { editProject } from '../project-edit.ts';
import { findingOfEdit, rereadFromHead } from './file-setting.ts';
import type { Setting, Situation } from './setting.ts';

/** The pipeline file builds once and publishes to each index from the right environment. */
export const pipeline: Setting = {
  id: 'pipeline',
  kind: 'pipeline',
  title: 'Pipeline builds and publishes',
  dependsOn: [],
  inspect,
  reread: async (situation, ports) => {
    const { facts: before, goal, verdicts } = situation;
    if (before.tree.kind === 'head') return rereadFromHead(situation, ports);
    const text = await ports.files.read(before.pipeline.path.value);
    const { included } = before.pipeline.reading;
    const reading = { ...readPipeline(text, knownIndexes(before.indexes)), included };
    const facts = { ...before, pipeline: { ...before.pipeline, text, reading } };
    return { facts, goal, verdicts: { ...verdicts, ...editProject(facts, goal) } };
  },
};

function inspect(situation: Situation): Finding {
  const finding = inspectFile(situation);
  return { ...finding, notes: [...finding.notes, ...lostProvenance(situation)] };
}

/** PyPI's project page shows such a release as one that has lost what earlier ones had. */
function lostProvenance({ facts, goal: { attest } }: Situation): string[] {
  const { attested, unattested, title } = facts.indexes.pypi;
  if (attested === undefined || unattested === undefined) return [];
  const on = attested.uploadedAt === '' ? '' : ` of ${attested.uploadedAt.slice(0, 10)}`;
  const remedy = attest.value
    ? 'With this pipeline the next release has attestations again.'
    : "Where releases come from gitlab.com by a Trusted Publisher, '--attest' brings them back.";
  return [
    `The newest release on ${title}, ${unattested}, has lost its provenance: it has no attestations, while ${attested.filename}${on} has. ${remedy}`,
  ];
}

function inspectFile(situation: Situation): Finding {
  const { facts, verdicts } = situation;
  const { lint, pipelineEdit: edit } = verdicts;
  const { reading, path } = facts.pipeline;
  const holds = `${path.value} builds once and publishes as it should.`;
  if (lint && !lint.known) {
    // Nothing is written without a verdict; a file that needs no edit is judged by the rest.
    if (edit.kind !== 'unchanged' && isToBeWritten(situation))
      return unreadable(`verdict of GitLab's lint on ${path.value}`, lint.reason);
    const note = `GitLab's lint could not be asked about ${path.value}: ${lint.reason}`;
    if (edit.kind === 'unchanged') return ok(holds, { notes: [...edit.notes, note] });
  }
  if (lint?.known && !lint.value.valid) return invalid(edit, lint.value, facts);
  const words = {
    ok: holds,
    different: `${path.value} differs.`,
    missing: whatIsThere(situation),
    isMissing: !reading.ours,
  };
  return findingOfEdit(edit, words, situation);
}

/** Not what is in a merge request already, or is left alone. */
const isToBeWritten = (situation: Situation) => /^(?:work tree|steps)$/.test(planDelivery(situation).kind);

/** What publishes so far, in a file that no earlier run has written. */
function whatIsThere({ facts, goal, verdicts }: Situation): string {
  const { reading, path } = facts.pipeline;
  const uploads = verdicts.occasions?.before.filter(({ target }) => target.kind === 'index') ?? [];
  const now = [...new Set(uploads.map(({ job }) => job))];
  const jobs = now.length > 0 ? now : reading.unsettled;
  if (jobs.length === 0) return `${path.value} does not publish yet.`;
  const names = jobs.map((name) => `'${name}'`).join(' and ');
  const isSettled = jobs.every((name) => !reading.unsettled.includes(name));
  const but = isSettled ? 'but not in every way as it should' : `but not ${wayOf(goal)}`;
  return `${path.value} publishes by the ${jobs.length === 1 ? 'job' : 'jobs'} ${names}, ${but}.`;
}

function wayOf({ route }: Goal): string {
  return route.value === 'token' ? 'with the token of its environment' : 'as a Trusted Publisher';
}

function invalid(edit: EditResult, lint: LintResult, facts: Facts): Finding {
  const path = facts.pipeline.path.value;
  const words = lint.errors.join('; ') || 'no reason given';
  const when = edit.kind === 'edited' ? `${path} as it would be edited` : path;
  return unfixable(
    'blocked',
    `GitLab's lint says that ${when} is not valid, so it is not written: ${words}`,
    {
      differences: [{ field: { of: 'lint' }, current: words, wanted: 'valid' }],
      manual: `Repair ${path} first; GitLab shows the same at ${facts.gitlab.project.webUrl}/-/ci/editor.`,
      notes: edit.notes,
    },
  );
}
