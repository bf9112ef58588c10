import {
  type EnvironmentState,
  type GitLabState,
  type MemberState,
  teamState,
} from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld } from '../../src/rehearsal/world.ts';
import { type Figure, inTurn } from './figures.ts';
import { checkIn, timeOf } from './programs.ts';

/** How much longer a project with many people and environments takes than one with few. */
export async function largeProjects(): Promise<Figure[]> {
  const [small, large] = await Promise.all([startWorld(), startWorld({ state: largeState(1000, 100) })]);
  try {
    const medians = await inTurn(11, {
      small: () => timeOf(checkIn(small)),
      large: () => timeOf(checkIn(large)),
    });
    const what = '`check` with 1,000 members and 100 environments, longer than with 3 and none';
    return [{ what, measured: medians.large - medians.small, limit: 300, unit: 'ms' }];
  } finally {
    await Promise.all([small.close(), large.close()]);
  }
}

function largeState(people: number, places: number): GitLabState {
  const levels = [20, 30, 30, 30, 40];
  const ids = Array.from({ length: people - 1 }, (_, index) => 100 + index);
  const others: MemberState[] = ids.map((userId) => ({ userId, access_level: levels[userId % 5] ?? 30 }));
  const environments = Array.from({ length: places }, (_, index) => environment(index + 1));
  const members = [{ userId: 1, access_level: 50 }, ...others];
  const state = teamState({ members, environments }, scratchFiles());
  const users = ids.map((id) => ({ id, username: `person-${id}`, name: `Person ${id}` }));
  return { ...state, users: [...state.users, ...users] };
}

function environment(id: number): EnvironmentState {
  const name = `review/branch-${id}`;
  const slug = `review-branch-${id}`;
  return { id, name, slug, description: null, external_url: null, state: 'available', tier: 'development' };
}
