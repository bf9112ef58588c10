import type { ReleaseEvent } from '../kernel/release-event.ts';
import type { IndexId } from '../kernel/route.ts';
import { reachable } from '../ports/network.ts';
import { rehearseMerge, rehearseRelease } from '../rehearsal/release.ts';
import { shownAt, type World } from '../rehearsal/world.ts';
import { releaseLines, unregisteredLines } from '../screens/rehearsed-release.ts';
import type { Context } from './context.ts';

/** Merges the open merge request of the demo's project, and shows what the pipeline of the default branch makes of it. */
export async function showMerge(world: World, context: Context): Promise<boolean> {
  await shown(world, context, (tell) => rehearseMerge(world, context.env, tell));
  return true;
}

/** Pushes and tags the demo's project, shows what the embedded GitLab makes of it, and whether PyPI has the release. */
export function showRelease(world: World, context: Context): Promise<boolean> {
  return shown(world, context, (tell) => rehearseRelease(world, context.env, tell));
}

/** The same with a pipeline that takes its time, shown as `--wait` shows a real one. */
export async function showWaiting(
  world: World,
  context: Context,
  wait: () => Promise<unknown>,
): Promise<boolean> {
  let isTagged = () => {};
  const tagged = new Promise<void>((resolve) => {
    isTagged = resolve;
  });
  const released = rehearseRelease(
    world,
    context.env,
    (event) => {
      if (event.kind === 'pushed') context.terminal.print(...releaseLines(event, context.terminal.paint));
      if (event.kind === 'pushed' && event.isTag) isTagged();
    },
    () => context.clock.sleep(2000),
  );
  await Promise.race([tagged, released]);
  await wait();
  return released;
}

async function shown<T>(
  world: World,
  context: Context,
  work: (tell: (event: ReleaseEvent) => void) => Promise<T>,
): Promise<T> {
  const { terminal } = context;
  const { paint } = terminal;
  const unregistered = new Map<IndexId, string>();
  const result = await work((event) => {
    terminal.print(...releaseLines(event, paint));
    if (event.kind === 'failed' && event.refusal.code === 'invalid-publisher')
      unregistered.set(event.index, publishingPageOf(world, context, event.index));
    if (event.kind === 'published') terminal.print(`    ${paint.cyan(projectPageOf(world, event))}`);
  });
  if (unregistered.size > 0) terminal.print(...unregisteredLines(unregistered, paint));
  terminal.print('');
  return result;
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
