import { inDirectory } from '../facts/checkout.ts';
import {
  type BranchState,
  deliveryBranch,
  describedWith,
  isDescribed,
  sameDescription,
  trailerFor,
} from '../facts/delivery.ts';
import { type Facts, knownIndexes } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import { UserError } from '../kernel/errors.ts';
import { readPipeline } from '../pipeline/index.ts';
import { decode } from '../ports/files.ts';
import type { GitLab } from '../ports/gitlab.ts';
import { isStale } from '../ports/gitlab-error.ts';
import type { MergeRequest } from '../ports/gitlab-repository.ts';
import { readDeclaration } from '../python/declaration.ts';
import type { FileEdit } from '../text/result.ts';
import { YamlSyntaxError } from '../text/yaml/document.ts';
import { editProject, type ProjectEdit } from './project-edit.ts';
import type { Situation, Step } from './settings/setting.ts';

/** What is written into a merge request; Markdown in the description alone. */
export interface MergeRequestWords {
  title: string;
  description: string;
  /** The first line of the commit's message. */
  commit: string;
}

/** What is to be done for the edits of files to reach the project. */
export type DeliveryPlan =
  /** They are written to the work tree, or there are none. */
  | { kind: 'work tree' }
  | { kind: 'unknown'; reason: string }
  /** All is there and waits to be merged. */
  | { kind: 'waits'; request: MergeRequest }
  /** Somebody has closed it, and nobody has agreed to another one. */
  | { kind: 'declined'; request: MergeRequest; offer: string }
  /** The branch has what others would lose, and its files are not as they should be. */
  | { kind: 'others'; others: string[] }
  | { kind: 'steps'; steps: [Step, ...Step[]] };

/** The edits of all files; none if one of them is refused. */
export function editsOf({ pipelineEdit, versionEdit }: Pick<ProjectEdit, 'pipelineEdit' | 'versionEdit'>) {
  return [pipelineEdit, versionEdit].flatMap((edit) => (edit.kind === 'edited' ? edit.edits : []));
}

/** Decides what is left to do, from what an earlier run, however it ended, and others have left. */
export function planDelivery(situation: Situation): DeliveryPlan {
  const { facts, goal, verdicts } = situation;
  const { delivery } = verdicts;
  const edits = editsOf(verdicts);
  if (facts.tree.kind !== 'head' || delivery === undefined || edits.length === 0)
    return { kind: 'work tree' };
  if (!delivery.state.known) return { kind: 'unknown', reason: delivery.state.reason };
  const { requests, branch } = delivery.state.value;
  const [last] = requests;
  const open = requests.find(isOpen);
  const isThere = branch !== undefined && isAsWanted(situation, branch, edits);
  if (!isThere && branch !== undefined && branch.others.length > 0)
    return { kind: 'others', others: branch.others };
  if (open === undefined && last?.state === 'closed') {
    const offer = `new-merge-request:${last.iid}`;
    if (!goal.agreed.includes(offer)) return { kind: 'declined', request: last, offer };
  }
  const steps = [
    ...(isThere ? [] : [commitStep(situation, edits, branch)]),
    ...(open === undefined ? [openStep(situation)] : describeSteps(situation, open)),
  ];
  const [first, ...rest] = steps;
  if (first !== undefined) return { kind: 'steps', steps: [first, ...rest] };
  return open === undefined ? { kind: 'work tree' } : { kind: 'waits', request: open };
}

const isOpen = ({ state }: MergeRequest) => state === 'opened' || state === 'locked';

/** Either as this run would write them, or changed by somebody so that there is nothing to edit. */
function isAsWanted({ facts, goal }: Situation, { texts, others }: BranchState, edits: FileEdit[]): boolean {
  if (edits.every(({ path, after }) => texts[path] === after)) return true;
  if (others.length === 0) return false;
  try {
    const { pipelineEdit, versionEdit } = editProject(withTexts(facts, texts), goal);
    return pipelineEdit.kind === 'unchanged' && versionEdit.kind === 'unchanged';
  } catch (error) {
    if (error instanceof UserError || error instanceof YamlSyntaxError) return false;
    throw error;
  }
}

function withTexts(facts: Facts, texts: Readonly<Record<string, string | undefined>>): Facts {
  const { pipeline, python, checkout } = facts;
  const names = Object.keys(python.files);
  const files = names.map((name) => {
    const path = inDirectory(checkout.directory, name);
    return [name, Object.hasOwn(texts, path) ? texts[path] : python.files[name as keyof typeof python.files]];
  });
  const onBranch = Object.fromEntries(files);
  const path = pipeline.path.value;
  const text = Object.hasOwn(texts, path) ? texts[path] : pipeline.text;
  const reading = { ...readPipeline(text, knownIndexes(facts.indexes)), included: pipeline.reading.included };
  return {
    ...facts,
    python: { ...python, files: onBranch, declaration: readDeclaration(onBranch) },
    pipeline: { ...pipeline, text, reading },
  };
}

/** A commit is refused where the default branch moves meanwhile; it hardly moves more often than this. */
const tries = 3;

/**
 * One commit on the newest head, so that a branch never has more than that. A file that is no longer as the plan showed
 * it is never written over.
 */
function commitStep({ facts, verdicts }: Situation, edits: FileEdit[], seen: BranchState | undefined): Step {
  const { id, defaultBranch } = facts.gitlab.project;
  const target = defaultBranch ?? 'HEAD';
  const paths = edits.map(({ path }) => path).join(' and ');
  const texts = Object.fromEntries(edits.map(({ path, after }) => [path, after]));
  const message = `${verdicts.delivery?.words.commit ?? ''}\n\n${trailerFor(texts)}`;
  return {
    label: `commit ${paths} on ${seen === undefined ? 'a new' : 'the'} branch ${deliveryBranch}`,
    run: async ({ gitlab }) => {
      for (let attempt = 1; ; attempt += 1) {
        const base = await baseOf(gitlab, id, target, edits);
        const branch = await gitlab.branch(id, deliveryBranch);
        if (branch?.head.sha !== seen?.sha) throw overtaken();
        const made = { branch: deliveryBranch, replace: branch !== undefined, message, ...base };
        const error = await gitlab.commit(id, made).catch((reason: unknown) => reason);
        if (error === undefined) return;
        if (!isStale(error) || attempt === tries) throw error;
      }
    },
  };
}

/** The newest head, and the files on it with their last commits, by which GitLab sees whether they change meanwhile. */
async function baseOf(gitlab: GitLab, id: number, target: string, edits: FileEdit[]) {
  const startSha = (await gitlab.branch(id, target))?.head.sha;
  if (startSha === undefined) throw new Error(`The branch ${target} is gone, so nothing was committed.`);
  const files = await Promise.all(
    edits.map(async ({ path, before, after }) => {
      const now = await gitlab.fileVersion(id, path, startSha);
      if ((now && decode(now.bytes, path)) !== before)
        throw new Error(
          `${path} has changed on ${target} since it was read, so nothing was committed; run it again.`,
        );
      return { path, text: after, lastCommit: now?.lastCommit };
    }),
  );
  return { startSha, files };
}

/** Nothing is written over what has not been looked at. */
const overtaken = () =>
  new Error(
    `The branch ${deliveryBranch} has changed since it was looked at, so nothing was committed; run it again.`,
  );

/** What of the delivery is not as it should be after its steps; undefined if all is. */
export function undelivered(after: Situation): string | undefined {
  const plan = planDelivery(after);
  switch (plan.kind) {
    case 'waits':
    case 'work tree':
      return undefined;
    case 'unknown':
      return plan.reason;
    case 'declined':
      return `The merge request !${plan.request.iid} is closed.`;
    case 'others':
      return `The branch ${deliveryBranch} has commits by ${plan.others.join(', ')}.`;
    case 'steps':
      return `Not done: ${plan.steps.map(({ label }) => label).join(', ')}.`;
  }
}

function openStep({ facts, verdicts }: Situation): Step {
  const { id, defaultBranch } = facts.gitlab.project;
  const target = defaultBranch ?? 'HEAD';
  return {
    label: `open a merge request into ${target}`,
    run: ({ gitlab }) => {
      const { title = '', description = '' } = verdicts.delivery?.words ?? {};
      return gitlab.createMergeRequest(id, {
        source: deliveryBranch,
        target,
        title,
        description: describedWith('', description),
      });
    },
  };
}

/** Somebody who has taken out the part that is kept up to date does not want it. */
function describeSteps({ facts, verdicts }: Situation, { iid, description }: MergeRequest): Step[] {
  const wanted = describedWith(description, verdicts.delivery?.words.description ?? '');
  if (!isDescribed(description) || sameDescription(description, wanted)) return [];
  return [
    {
      label: `update the description of the merge request !${iid}`,
      run: ({ gitlab }) => gitlab.describeMergeRequest(facts.gitlab.project.id, iid, wanted),
    },
  ];
}

/** Where the edits are, as in the JSON report. */
export type ReportedDelivery =
  | { kind: 'working-tree' }
  | {
      kind: 'merge-request';
      branch: string;
      /** Null as long as there is none. */
      url: string | null;
      state: 'none' | 'opened' | 'merged' | 'closed' | 'unknown';
    };

/** How the edits of this run are delivered, and how far that is. */
export function reportDelivery(
  { deliver }: Pick<Goal, 'deliver'>,
  { verdicts, facts }: Pick<Situation, 'verdicts' | 'facts'>,
): ReportedDelivery {
  if (deliver.value === 'working-tree') return { kind: 'working-tree' };
  const request = requestOf({ verdicts, facts });
  const isKnown = verdicts.delivery?.state.known ?? facts.gitlab.mergeRequests.known;
  const state = request === undefined ? (isKnown ? 'none' : 'unknown') : stateOf(request);
  return { kind: 'merge-request', branch: deliveryBranch, url: request?.webUrl ?? null, state };
}

const stateOf = (request: MergeRequest) =>
  request.state === 'merged' || request.state === 'closed' ? request.state : 'opened';

/** The merge request that has the edits or, if there are none to make, had them. */
export function requestOf({
  verdicts,
  facts,
}: Pick<Situation, 'verdicts' | 'facts'>): MergeRequest | undefined {
  const state = verdicts.delivery?.state;
  const fromStart = facts.gitlab.mergeRequests;
  const requests = state?.known ? state.value.requests : fromStart.known ? fromStart.value : [];
  return requests.find(isOpen) ?? requests[0];
}
