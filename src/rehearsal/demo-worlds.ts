import type { DemoWorld } from '../cli/options.ts';
import { type GitLabState, type ProjectState, teamState } from './gitlab/state.ts';
import { scratchFiles } from './scratch-project.ts';
import type { Beginning } from './world.ts';

/** The initial state of each demo world; together they lead to every route. */
export function demoBeginning(name: DemoWorld): Beginning {
  const beginnings: Record<DemoWorld, () => Beginning> = {
    solo: () => ({ names, state: world(alone) }),
    'team-free': () => ({ names, state: world({ plan: 'free' }) }),
    'team-premium': () => ({ names }),
    'self-managed': () => ({
      names: { ...names, gitlab: 'https://gitlab.example.com' },
      state: { ...world({ plan: 'free' }), edition: 'ce' },
    }),
  };
  return beginnings[name]();
}

const names = {
  gitlab: 'https://gitlab.com',
  pypi: 'https://pypi.org',
  testpypi: 'https://test.pypi.org',
} as const;

/** A sole Maintainer with a personal namespace, on Free. */
const alone: Partial<ProjectState> = {
  path_with_namespace: 'alice/demo-pkg',
  namespace_kind: 'user',
  plan: 'free',
  members: [{ userId: 1, access_level: 50 }],
};

function world(change: Partial<ProjectState>): GitLabState {
  return teamState(change, scratchFiles());
}
