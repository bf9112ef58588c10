import type { IndexId } from '../kernel/route.ts';
import type { MergeRequest } from '../ports/gitlab-repository.ts';
import { planDelivery, requestOf } from './delivery.ts';
import { filesOf, isSettled } from './finding.ts';
import { isBehind, isPipelinePending, type NextPush, nextPush } from './next-push.ts';
import { type NextTag, nextTag } from './next-tag.ts';
import type { PlannedSetting, SettledSetting } from './plan.ts';
import { needsForm, type PublisherPage, pageFor } from './settings/publisher.ts';
import type { Situation } from './settings/setting.ts';

/** How far a run came: a plan that nobody carried out, or settings with their outcome. */
export interface Ended extends Situation {
  settings: (PlannedSetting & Partial<SettledSetting>)[];
  /** The indexes on which the user says that the publisher is registered. */
  registered: ReadonlySet<IndexId>;
}

/** Something that is left for the user. */
export type NextStep =
  /** Carry out the plan. */
  | { kind: 'apply'; changes: number }
  /** A setting that only a person can put right. */
  | { kind: 'by-hand'; setting: PlannedSetting }
  /** What is left of a setting after its steps. */
  | { kind: 'afterwards'; text: string }
  /** The pipeline's jobs are missing, so nothing is published before somebody adds them. */
  | { kind: 'add-jobs' }
  /** GitLab has a newer pipeline file than this checkout. */
  | { kind: 'pull' }
  /** Whether the pipeline file is on the default branch could not be read. */
  | { kind: 'compare'; reason: string }
  | { kind: 'push'; push: NextPush }
  /** The merge request that has the edits; undefined as long as it is only planned. */
  | { kind: 'merge'; request: MergeRequest | undefined }
  | { kind: 'register'; page: PublisherPage }
  | { kind: 'release'; next: NextTag; push: NextPush | undefined; merge?: true };

/** Everything that is left until the first release by this pipeline, in order. */
export function nextSteps(ended: Ended): NextStep[] {
  const { settings } = ended;
  const isPlan = settings.every(({ outcome }) => outcome === undefined);
  const changes = settings.filter(({ finding }) => isPlan && finding.kind === 'fixable').length;
  const register = openPages(ended).map((page): NextStep => ({ kind: 'register', page }));
  return [
    ...(changes > 0 ? [{ kind: 'apply', changes } as const] : []),
    ...settings
      .filter((it) => isByHand(it) && !waitsForMerge(ended, it))
      .map((setting): NextStep => ({ kind: 'by-hand', setting })),
    ...settings.flatMap(({ outcome, finding }): NextStep[] =>
      outcome === 'applied' && finding.kind === 'fixable'
        ? finding.afterwards.map((text) => ({ kind: 'afterwards', text }))
        : [],
    ),
    ...aroundRelease(ended, register),
  ];
}

/** Whether something is yet to be pushed or merged. */
export const isUnpushed = (steps: NextStep[]): boolean =>
  steps.some(({ kind }) => kind === 'push' || kind === 'merge');

/** The pages on which a publisher may still have to be registered, the one for releases first. */
export function openPages(ended: Ended): PublisherPage[] {
  const { facts, goal, settings, registered } = ended;
  return goal.indexes.toReversed().flatMap((index) => {
    const state = settings.find(({ setting }) => setting.kind === 'publisher' && setting.index === index.id);
    const isUnchanged = (state?.outcome ?? 'unchanged') === 'unchanged';
    const isOpen = state !== undefined && isUnchanged && needsForm(state.finding, ended, index);
    return isOpen && !registered.has(index.id) ? (pageFor(facts, index) ?? []) : [];
  });
}

/** Nothing to push or release as long as something else is in the way. */
function aroundRelease(ended: Ended, register: NextStep[]): NextStep[] {
  const { facts, settings } = ended;
  if (settings.some(isInTheWay)) return register;
  if (facts.tree.kind === 'head') return aroundMerge(ended, register);
  if (settings.some(({ setting, finding }) => setting.kind === 'pipeline' && finding.kind === 'manual'))
    return [{ kind: 'add-jobs' }, ...register];
  const edited = settings
    .filter(({ outcome }) => outcome === undefined || outcome === 'applied')
    .flatMap(({ finding }) => filesOf(finding).map(({ path }) => path));
  if (isBehind(facts, edited)) return [{ kind: 'pull' }, ...register];
  const push = nextPush(facts, edited);
  const { committedPipeline } = facts.gitlab;
  const unread =
    !committedPipeline.known && facts.pipeline.text !== undefined
      ? [{ kind: 'compare', reason: committedPipeline.reason } as const]
      : [];
  return [
    ...unread,
    ...(push === undefined ? [] : [{ kind: 'push', push } as const]),
    ...register,
    ...(push !== undefined || !hasReleased(ended)
      ? [{ kind: 'release', next: nextTag(ended), push } as const]
      : []),
  ];
}

/** With a merge request there is nothing to push; one that nobody may write to is said where it is left. */
function aroundMerge(ended: Ended, register: NextStep[]): NextStep[] {
  const { kind } = planDelivery(ended);
  if (kind === 'waits' || kind === 'steps') {
    const request = kind === 'waits' ? requestOf(ended) : undefined;
    const release = { kind: 'release', next: nextTag(ended), push: undefined, merge: true } as const;
    return [{ kind: 'merge', request }, ...register, release];
  }
  const isOpen = ended.settings.some(
    ({ setting, finding }) => setting.kind === 'pipeline' && finding.kind !== 'ok',
  );
  if (isOpen || hasReleased(ended)) return register;
  return [...register, { kind: 'release', next: nextTag(ended), push: undefined }];
}

/** The merge has a step of its own. */
const waitsForMerge = (ended: Ended, { setting }: PlannedSetting) =>
  /^(?:pipeline|pyproject)$/.test(setting.kind) && planDelivery(ended).kind === 'waits';

/** Publishers have their own step. */
const isByHand = ({ setting, finding, outcome = 'unchanged' }: Ended['settings'][number]) =>
  outcome === 'unchanged' && finding.kind === 'manual' && setting.kind !== 'publisher';

function isInTheWay({ finding, outcome }: Ended['settings'][number]): boolean {
  if (outcome !== undefined) return outcome === 'failed' || outcome === 'skipped';
  return finding.kind !== 'fixable' && !isSettled(finding);
}

/** Whether a release has shown that this works; with an API token, any release counts. */
function hasReleased({ settings, goal, facts }: Ended): boolean {
  if (goal.route.value === 'token')
    return facts.indexes.pypi.releases.length > 0 && !isPipelinePending(facts);
  const publisher = settings.find(({ setting }) => setting.kind === 'publisher' && setting.index === 'pypi');
  return publisher?.finding.kind === 'ok';
}
