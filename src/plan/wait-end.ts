import type { IndexGoal } from '../goal/index.ts';
import type { Known } from '../kernel/known.ts';
import type { RunState, WatchedJob } from './pipeline-run.ts';
import type { OnIndex } from './published-version.ts';
import type { AttemptVerdict } from './settings/publish-attempt.ts';

/** What waiting for a pipeline came to. */
export type WaitEnd =
  | { kind: 'published'; state: RunState; proofs: Proof[] }
  /** `explained` as `check` explains it; undefined where the job or its log could not be read. */
  | { kind: 'failed'; state: RunState; explained: Pick<AttemptVerdict, 'message' | 'manual'> | undefined }
  | { kind: 'canceled' | 'published nothing'; state: RunState }
  /** `unpushed`: the push was still to come. */
  | { kind: 'no pipeline'; unpushed: boolean }
  /** The longest time to wait is over. */
  | { kind: 'too long'; state: RunState }
  | { kind: 'unreadable'; reason: string; state: RunState | undefined };

/** A job that published, and what the index shows of it. */
export interface Proof {
  index: IndexGoal;
  job: WatchedJob;
  onIndex: Known<OnIndex>;
}

/** Whether it is proved that a version was published: 0 as an exit code, else 1. */
export function exitCodeOfWait(end: WaitEnd): 0 | 1 {
  return end.kind === 'published' && end.proofs.every(isProved) ? 0 : 1;
}

/** An index that cannot be read takes nothing from what GitLab proves; one that lacks the version does. */
const isProved = ({ onIndex }: Proof) => !onIndex.known || onIndex.value.kind !== 'not there';
