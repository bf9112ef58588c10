import { indexNames } from '../facts/package-index.ts';
import type { IndexId } from '../kernel/route.ts';
import { reachable } from '../ports/network.ts';
import { type ReleaseEvent, rehearseRelease } from '../rehearsal/release.ts';
import { shownAt, type World } from '../rehearsal/world.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Paint } from '../terminal/paint.ts';
import type { Context } from './context.ts';

/** Pushes and tags the demo's project, shows what the embedded GitLab makes of it, and whether PyPI has the release. */
export async function showRelease(world: World, context: Context): Promise<boolean> {
  const { terminal, env } = context;
  const { paint } = terminal;
  const unregistered = new Set<IndexId>();
  const isReleased = await rehearseRelease(world, env, (event) => {
    terminal.print(...linesOf(event, paint));
    if (event.kind === 'failed' && event.problem.includes('publisher')) unregistered.add(event.index);
    if (event.kind === 'published') terminal.print(`    ${paint.cyan(projectPageOf(world, event))}`);
  });
  if (unregistered.size > 0) {
    const names = [...unregistered].map((index) => indexNames[index]).join(' and ');
    terminal.print('', paint.plain(`Register the Trusted Publisher on ${names}, then release again:`));
    for (const index of unregistered)
      terminal.printAsIs(`  ${paint.cyan(publishingPageOf(world, context, index))}`);
  }
  terminal.print('');
  return isReleased;
}

function linesOf(event: ReleaseEvent, { bold, green, red, yellow, plain }: Paint): string[] {
  switch (event.kind) {
    case 'pushed':
      return ['', bold(`@${event.by} pushes ${event.isTag ? 'the tag ' : ''}${oneLine(event.ref)}`)];
    case 'invalid':
      return [`  ${red('✖')} ${plain(`The pipeline is not valid: ${oneLine(event.problem)}`)}`];
    case 'passed':
      return [`  ${green('✔')} ${oneLine(event.job)}`];
    case 'approved':
      return [`  ${green('✔')} @${event.by} approves ${oneLine(event.job)}`];
    case 'nobody-approves':
      return [`  ${yellow('!')} ${oneLine(event.job)} waits for an approval that nobody can give.`];
    case 'published':
      return [
        `  ${green('✔')} ${oneLine(event.job)}: ${event.version} is on ${bold(indexNames[event.index])}`,
      ];
    case 'failed': {
      const says = `${oneLine(event.job)}: ${indexNames[event.index]} says "${oneLine(event.problem)}"`;
      return [`  ${red('✖')} ${plain(says)}`];
    }
    case 'nothing-published':
      return [`  ${yellow('!')} No job of the pipeline publishes ${oneLine(event.ref)}.`];
  }
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
