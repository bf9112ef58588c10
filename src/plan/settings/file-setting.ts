import { deliveryBranch, readDelivery } from '../../facts/delivery.ts';
import { attempt } from '../../facts/gitlab-project.ts';
import { knownIndexes, readPythonFiles } from '../../facts/index.ts';
import { headFiles } from '../../facts/source-tree.ts';
import { readPipeline } from '../../pipeline/index.ts';
import { readDeclaration } from '../../python/declaration.ts';
import type { EditResult, Difference as FileDifference, FileEdit } from '../../text/result.ts';
import { type DeliveryPlan, editsOf, planDelivery, undelivered } from '../delivery.ts';
import type { Difference } from '../difference.ts';
import { type Finding, fixable, ok, unfixable, unreadable } from '../finding.ts';
import { editProject } from '../project-edit.ts';
import type { Ports, Situation, Step } from './setting.ts';

/** The wording for each of the two settings that live in files. */
export interface FileWords {
  ok: string;
  different: string;
  missing: string;
  /** Whether none of it exists yet. */
  isMissing: boolean;
}

/** Turns an edit into a finding. */
export function findingOfEdit(edit: EditResult, words: FileWords, situation: Situation): Finding {
  const { notes } = edit;
  if (edit.kind === 'unchanged') return ok(words.ok, { notes });
  const differences = edit.differences.map(inFile);
  if (edit.kind === 'refused')
    return unfixable('manual', edit.reason, { manual: edit.manual, differences, notes });
  const plan = planDelivery(situation);
  if (plan.kind !== 'work tree' && plan.kind !== 'steps')
    return notDelivered(plan, edit, { differences, notes: [...notes, ...treeNotes(situation)] });
  const { edits } = edit;
  const manual = `Make the change that the diff of ${edits.map(({ path }) => path).join(', ')} shows.`;
  const [state, message] = words.isMissing
    ? (['missing', words.missing] as const)
    : (['different', words.different] as const);
  const given = { differences, files: edits };
  if (plan.kind === 'work tree')
    return fixable(state, message, { ...given, manual, steps: edits.map(writing), notes });
  return fixable(state, message, {
    ...given,
    manual: `${manual} Push it on a branch of your own and open a merge request, or write it here with '--deliver working-tree'.`,
    steps: isCarrier(edit, situation) ? plan.steps : edits.map(inSameCommit),
    verify: undelivered,
    notes: [...notes, ...treeNotes(situation)],
  });
}

/** The first of the two edits carries both to GitLab, so that they are one commit. */
const isCarrier = (edit: EditResult, { verdicts: { pipelineEdit } }: Situation) =>
  edit === pipelineEdit || pipelineEdit.kind !== 'edited';

/** Nothing more to send: that it is there is seen when it is read back. */
const inSameCommit = ({ path }: FileEdit): Step => ({
  label: `include ${path} in the same commit`,
  run: async () => undefined,
});

type NotDelivered = Exclude<DeliveryPlan, { kind: 'work tree' | 'steps' }>;

/** What keeps an edit from being delivered by this run. */
function notDelivered(
  plan: NotDelivered,
  { edits }: Extract<EditResult, { kind: 'edited' }>,
  more: { differences: Difference[]; notes: string[] },
): Finding {
  const paths = edits.map(({ path }) => path).join(', ');
  switch (plan.kind) {
    case 'unknown':
      return unreadable(`merge request for ${paths}`, plan.reason);
    case 'waits':
      return unfixable('manual', `The edit of ${paths} waits for the merge request !${plan.request.iid}.`, {
        ...more,
        manual: `Have it reviewed and merged: ${plan.request.webUrl}`,
      });
    case 'declined':
      return unfixable(
        'manual',
        `The merge request !${plan.request.iid} with the edit of ${paths} was closed without being merged, so no other one is opened.`,
        {
          ...more,
          manual: `Reopen it at ${plan.request.webUrl}, or run this in a terminal and choose to open a new one, or edit the files here with '--deliver working-tree'.`,
          offers: [
            {
              id: plan.offer,
              question: `The merge request !${plan.request.iid} was closed without being merged.\nOpen a new one with these edits?`,
            },
          ],
        },
      );
    case 'others':
      return unfixable(
        'manual',
        `The branch ${deliveryBranch} has commits by ${plan.others.join(', ')}, and ${paths} on it is not as it should be, so nothing on it was changed.`,
        {
          ...more,
          manual: [
            `Make the change on that branch by hand, or rename or delete the branch and run it again.`,
            ...edits.map(({ path, after }) => `${path} as it would have been written:\n\n${after}`),
          ].join(' '),
        },
      );
  }
}

/** The edit is made on what is committed, whatever is in the work tree. */
function treeNotes({ facts: { tree, pipeline }, verdicts }: Situation): string[] {
  if (tree.kind !== 'head') return [];
  const edited = editsOf(verdicts).map(({ path }) => path);
  return pipeline.uncommitted
    .filter((path) => edited.includes(path))
    .map(
      (path) =>
        `${path} in your work tree differs from ${tree.branch}: the merge request starts from ${tree.branch}, and the work tree stays as it is.`,
    );
}

/** Rereads both files and the merge request: one commit has both. */
export async function rereadFromHead(situation: Situation, ports: Ports): Promise<Situation> {
  const { facts: before, goal, verdicts } = situation;
  const { project } = before.gitlab;
  const files = headFiles(ports.gitlab, project.id, project.defaultBranch ?? 'HEAD');
  const [python, text] = await Promise.all([
    readPythonFiles(files, before.checkout.directory),
    files.read(before.pipeline.path.value),
  ]);
  const { included } = before.pipeline.reading;
  const reading = { ...readPipeline(text, knownIndexes(before.indexes)), included };
  const facts = {
    ...before,
    python: { ...before.python, files: python, declaration: readDeclaration(python) },
    pipeline: { ...before.pipeline, text, reading },
  };
  const edit = editProject(facts, goal);
  const { delivery } = verdicts;
  const state = await attempt(readDelivery(ports.gitlab, facts.gitlab, editsOf(edit)));
  const again = delivery === undefined ? {} : { delivery: { ...delivery, state } };
  return { facts, goal, verdicts: { ...verdicts, ...edit, ...again } };
}

/** A token or password in clear text is only shown in the diff, which has to match the file. */
function inFile({ field, current, wanted }: FileDifference): Difference {
  const isSecret = /(password|token|secret|credential)\w*$/i.test(field) && !/^(\$|\(none\)$)/.test(current);
  const hidden = isSecret ? '(a secret)' : current.replace(/\b(pypi-|glpat-)[\w.-]{8,}/g, '(a token)');
  return { field: { of: 'file', path: field }, current: hidden, wanted };
}

function writing({ path, before, after }: FileEdit): Step {
  return {
    label: `${before === undefined ? 'create' : 'edit'} ${path}`,
    run: ({ files }) => files.write(path, before, after),
  };
}
