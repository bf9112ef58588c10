import { version } from '../version.ts';
import type { Terminal } from './terminal.ts';

/** The first line of a run, before anything is asked of anybody. */
export function showTitle({ print, paint }: Pick<Terminal, 'print' | 'paint'>, what: string): void {
  print(`${paint.bold(`gitlab-to-pypi ${version}`)} ${paint.dim(what)}`);
}
