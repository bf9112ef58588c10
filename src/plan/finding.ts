import type { IndexId } from '../kernel/route.ts';
import type { FileEdit } from '../text/result.ts';
import { type Difference, sameDifference } from './difference.ts';
import type { Situation, Step } from './settings/setting.ts';

/** How a setting stands against the goal, as the JSON report calls it. */
export type State = 'ok' | 'missing' | 'different' | 'unknown' | 'manual' | 'unavailable';

/** Something that no run does by itself: in a terminal it is asked for, and otherwise it is left. */
export interface Offer {
  /** What `Goal.agreed` calls it. */
  id: string;
  question: string;
}

interface Found {
  /** One finished sentence. */
  message: string;
  /** How a person does it by hand; empty where there is nothing to do. */
  manual: string;
  notes: string[];
  offers: Offer[];
}

/** What this tool can put right. */
export interface Fixable extends Found {
  kind: 'fixable';
  state: 'missing' | 'different';
  differences: Difference[];
  /** At least one, in this order. */
  steps: Step[];
  files: FileEdit[];
  /** What is left for a person once the steps have been taken, a finished sentence each. */
  afterwards: string[];
  /** The index of which an API token has to be given before the steps can be taken. */
  needsToken?: IndexId;
  /** What reading back shows to be other than planned, although it may hold; undefined where it is as planned. */
  verify?: (after: Situation) => string | undefined;
}

/** What an inspection found. */
export type Finding =
  | (Found & { kind: 'ok' })
  | Fixable
  /** Seen to be wrong, and only a person can put it right. */
  | (Found & { kind: 'blocked'; differences: Difference[] })
  /** For a person to do, or to look at where no API tells; nothing was seen to be wrong. */
  | (Found & { kind: 'manual'; differences: Difference[] })
  /** The server cannot. */
  | (Found & { kind: 'unavailable'; differences: Difference[] })
  /** Could not be read; nothing is ever written from it. */
  | (Found & { kind: 'unknown' });

type More = Partial<Omit<Found, 'message'>>;
type MoreDifferent = More & { differences?: Difference[] };

const nothing = { manual: '', notes: [], offers: [] };

export const ok = (message: string, more: More = {}): Finding => ({
  kind: 'ok',
  message,
  ...nothing,
  ...more,
});

/** What this tool can put right; where it cannot, the finding is `blocked` or `manual`. */
export function fixable(
  state: Fixable['state'],
  message: string,
  more: MoreDifferent &
    Pick<Fixable, 'steps'> &
    Partial<Pick<Fixable, 'files' | 'afterwards' | 'needsToken' | 'verify'>>,
): Finding {
  return { kind: 'fixable', state, message, ...nothing, differences: [], files: [], afterwards: [], ...more };
}

/** A finding that leaves the work to a person, or to nobody. */
export function unfixable(
  kind: 'blocked' | 'manual' | 'unavailable',
  message: string,
  more: MoreDifferent,
): Finding {
  return { kind, message, ...nothing, differences: [], ...more };
}

/** The finding where the facts could not be read. */
export function unreadable(what: string, reason: string): Finding {
  return { kind: 'unknown', message: `The ${what} could not be read: ${reason}`, ...nothing };
}

/** What the JSON report calls it. */
export function stateOf(finding: Finding): State {
  if (finding.kind === 'fixable') return finding.state;
  return finding.kind === 'blocked' ? 'different' : finding.kind;
}

/** Whether something was seen to be wrong, whoever can put it right. */
export function isWrong({ kind }: Finding): boolean {
  return kind === 'fixable' || kind === 'blocked' || kind === 'unavailable';
}

/** Whether others may rely on it: it holds, or all that can be done is a person's to do. */
export function isSettled({ kind }: Finding): boolean {
  return kind === 'ok' || kind === 'manual';
}

/** What is not as it should be, field by field. */
export function differencesOf(finding: Finding): Difference[] {
  return 'differences' in finding ? finding.differences : [];
}

/** The steps that put it right; none where this tool cannot. */
export const stepsOf = (finding: Finding): Step[] => (finding.kind === 'fixable' ? finding.steps : []);

/** The files that the steps write. */
export const filesOf = (finding: Finding): FileEdit[] => (finding.kind === 'fixable' ? finding.files : []);

/** Whether a finding has nothing that another one has not: it is the same, or what is left of it. */
export function isPartOf(part: Finding, whole: Finding): boolean {
  if (part.kind === 'unknown') return false;
  return differencesOf(part).every((one) => differencesOf(whole).some((other) => sameDifference(one, other)));
}
