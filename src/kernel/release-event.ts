import type { IndexId } from './route.ts';

/** Something that happens on the embedded GitLab while the demo's project is released, in order. */
export type ReleaseEvent =
  | { kind: 'merged'; by: string; iid: number; into: string }
  | { kind: 'pushed'; by: string; ref: string; isTag: boolean }
  | { kind: 'invalid'; problem: string }
  | { kind: 'passed'; job: string }
  | { kind: 'approved'; by: string; job: string }
  | { kind: 'nobody-approves'; job: string; missing: number }
  | { kind: 'published'; job: string; index: IndexId; version: string }
  | { kind: 'failed'; job: string; index: IndexId; refusal: Refusal }
  | { kind: 'nothing-published'; ref: string };

/** Why an index took no upload. */
export interface Refusal {
  /** Of the exchange of an ID token: `invalid-publisher` ...; undefined for a refused file. */
  code: string | undefined;
  /** In the index's own words. */
  reason: string;
}
