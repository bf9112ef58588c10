import type { GitLabState } from './state.ts';

const newest = '19.4.1';

/** Whether the server is at least that version. */
export function knows({ version = newest }: GitLabState, [major, minor]: readonly [number, number]): boolean {
  const [here = 0, below = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return here === major ? below >= minor : here > major;
}

/** What the server says about its version, at two endpoints: https://docs.gitlab.com/api/metadata/ */
export function versionBody(state: GitLabState): object {
  const { version = newest, edition } = state;
  return {
    version: edition === 'ee' ? `${version}-ee` : version,
    revision: 'rehearsal',
    ...(knows(state, [15, 2])
      ? { kas: { enabled: false, externalUrl: null, externalK8sProxyUrl: null, version: null } }
      : {}),
    ...(knows(state, [15, 6]) ? { enterprise: edition === 'ee' } : {}),
  };
}
