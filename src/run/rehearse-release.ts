import type { IndexId } from '../kernel/route.ts';
import { reachable } from '../ports/network.ts';
import { rehearseRelease } from '../rehearsal/release.ts';
import { shownAt, type World } from '../rehearsal/world.ts';
import { releaseLines, unregisteredLines } from '../screens/rehearsed-release.ts';
import type { Context } from './context.ts';

/** Pushes and tags the demo's project, shows what the embedded GitLab makes of it, and whether PyPI has the release. */
export async function showRelease(world: World, context: Context): Promise<boolean> {
  const { terminal, env } = context;
  const { paint } = terminal;
  const unregistered = new Map<IndexId, string>();
  const isReleased = await rehearseRelease(world, env, (event) => {
    terminal.print(...releaseLines(event, paint));
    if (event.kind === 'failed' && event.problem.includes('publisher'))
      unregistered.set(event.index, publishingPageOf(world, context, event.index));
    if (event.kind === 'published') terminal.print(`    ${paint.cyan(projectPageOf(world, event))}`);
  });
  if (unregistered.size > 0) terminal.print(...unregisteredLines(unregistered, paint));
  terminal.print('');
  return isReleased;
}

function projectPageOf(world: World, { index, version }: { index: IndexId; version: string }) {
  const name = world[index].state.projects[0]?.name ?? '';
  return `${shownAt(world)[index]}/project/${name}/${version}/`;
}

/** Where the publisher can be registered in a browser, which has to find the embedded index. */
function publishingPageOf(world: World, { network }: Context, index: IndexId): string {
  const [project] = world[index].state.projects;
  const path = project ? `project/${project.name}/settings/publishing` : 'account/publishing';
  return reachable(network, `${shownAt(world)[index]}/manage/${path}/?tab=GitLab`);
}
