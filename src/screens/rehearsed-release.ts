import { indexNames } from '../facts/package-index.ts';
import type { ReleaseEvent } from '../kernel/release-event.ts';
import type { IndexId } from '../kernel/route.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Paint } from '../terminal/paint.ts';

/** What happened, in a line; a push begins with a blank one. */
export function releaseLines(event: ReleaseEvent, { bold, green, red, yellow, plain }: Paint): string[] {
  switch (event.kind) {
    case 'merged':
      return ['', bold(`@${event.by} merges !${event.iid} into ${oneLine(event.into)}`)];
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
      const says = `${oneLine(event.job)}: ${indexNames[event.index]} says "${oneLine(event.refusal.reason)}"`;
      return [`  ${red('✖')} ${plain(says)}`];
    }
    case 'nothing-published':
      return [`  ${yellow('!')} No job of the pipeline publishes ${oneLine(event.ref)}.`];
  }
}

/** What is missing after the indexes have rejected an upload, each with the page on which to register the publisher. */
export function unregisteredLines(pages: Map<IndexId, string>, { plain, cyan }: Paint): string[] {
  const names = [...pages.keys()].map((index) => indexNames[index]).join(' and ');
  return [
    '',
    plain(`Register the Trusted Publisher on ${names}, then release again:`),
    ...[...pages.values()].map((page) => `  ${cyan(page)}`),
  ];
}
