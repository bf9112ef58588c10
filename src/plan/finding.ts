import type { IndexId } from '../kernel/route.ts';
import type { FileEdit } from '../text/result.ts';
import { type Difference, sameDifference } from './difference.ts';
import type { Situation, Step } from './settings/setting.ts';

/** A setting's state, as in the JSON report. */
export type State = 'ok' | 'missing' | 'different' | 'unknown' | 'manual' | 'unavailable';

/** Something that no run does on its own: asked about in a terminal, otherwise left alone. */
export interface Offer {
  /** Its id in `Goal.agreed`. */
  id: string;
  question: string;
}

interface Found {
  /** One full sentence. */
  message: string;
  /** How to do it by hand; empty if there is nothing to do. */
  manual: string;
  notes: string[];
  offers: Offer[];
}

/** What this tool can fix. */
export interface Fixable extends Found {
  kind: 'fixable';
  state: 'missing' | 'different';
  differences: Difference[];
  /** At least one, in this order. */
  steps: Step[];
  files: FileEdit[];
  /** What remains for a person after the steps, one full sentence each. */
  afterwards: string[];
  /** The index whose API token is needed before the steps can be taken. */
  needsToken?: IndexId;
  /** What differs from the plan when read back, even if the setting holds; undefined if nothing does. */
  verify?: (after: Situation) => string | undefined;
}

/** The result of an inspection. */
export type Finding =
  | (Found & { kind: 'ok' })
  | Fixable
  /** Seen to be wrong, and only a person can fix it. */
  | (Found & { kind: 'blocked'; differences: Difference[] })
  /** For a person to do, or to check where there is no API; nothing was seen to be wrong. */
  | (Found & { kind: 'manual'; differences: Difference[] })
  /** The server does not support it. */
  | (Found & { kind: 'unavailable'; differences: Difference[] })
  /** Could not be read; never write anything based on it. */
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

/** Something this tool can fix; if it cannot, the finding is `blocked` or `manual`. */
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

/** The finding if the facts could not be read. */
export function unreadable(what: string, reason: string): Finding {
  return { kind: 'unknown', message: `The ${what} could not be read: ${reason}`, ...nothing };
}

/** The state in the JSON report. */
export function stateOf(finding: Finding): State {
  if (finding.kind === 'fixable') return finding.state;
  return finding.kind === 'blocked' ? 'different' : finding.kind;
}

/** Whether something was seen to be wrong, whoever can fix it. */
export function isWrong({ kind }: Finding): boolean {
  return kind === 'fixable' || kind === 'blocked' || kind === 'unavailable';
}

/** Whether others may rely on it: it holds, or whatever is left is up to a person. */
export function isSettled({ kind }: Finding): boolean {
  return kind === 'ok' || kind === 'manual';
}

/** What is not as wanted, field by field. */
export function differencesOf(finding: Finding): Difference[] {
  return 'differences' in finding ? finding.differences : [];
}

/** The steps that fix it; none if this tool cannot. */
export const stepsOf = (finding: Finding): Step[] => (finding.kind === 'fixable' ? finding.steps : []);

/** The files that the steps write. */
export const filesOf = (finding: Finding): FileEdit[] => (finding.kind === 'fixable' ? finding.files : []);

/** Whether a finding is contained in another: the same, or what is left of it. */
export function isPartOf(part: Finding, whole: Finding): boolean {
  if (part.kind === 'unknown') return false;
  return differencesOf(part).every((one) => differencesOf(whole).some((other) => sameDifference(one, other)));
}
