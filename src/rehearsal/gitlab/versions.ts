import { isOlderThan } from '../../facts/server-version.ts';
import type { GitLabState } from './state.ts';

const newest = '19.4.1';

/** Whether the server is of that version or newer. */
export function knows({ version = newest }: GitLabState, since: readonly [number, number]): boolean {
  return !isOlderThan(version, since);
}

/** What the server says of its version. */
export function versionBody({ version = newest, edition }: GitLabState): object {
  return { version: edition === 'ee' ? `${version}-ee` : version, revision: 'rehearsal' };
}
