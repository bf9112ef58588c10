import { posix } from 'node:path';
import type { Files } from '../ports/files.ts';

/** Texts of the checkout's files that a pipeline may run or that may repeat the version, by path from the root. */
export type CheckoutTexts = ReadonlyMap<string, string>;

/** More than any real project has. A larger checkout is only read in part, so scripts may appear to be missing. */
const mostFiles = 400;

const runners =
  /(?:^|\/)(?:GNUmakefile|[Mm]akefile|[Jj]ustfile|\.justfile|[Tt]askfile\.ya?ml|noxfile\.py|tasks\.py|tox\.ini|package\.json|setup\.(?:py|cfg)|pyproject\.toml|\.pypirc|\.releaserc[\w.]*|\.bumpversion\.\w+|\.cz\.\w+|cz\.\w+|\.?releaserc[\w.]*)$/;
const scripts = /\.(?:sh|bash|mk|ya?ml)$/;
const scriptFolders = /^(?:\.?ci|\.gitlab|scripts?|bin|tools?|build-?tools|dev|utils?|\.gitlab-ci)\//;
const versionHolders = /(?:^|\/)(?:__init__|__about__|_?version|__version__|conf)\.py$/;

/** Whether a pipeline may run a file, or the file may repeat the version. */
function matters(path: string): boolean {
  const depth = path.split('/').length;
  if (runners.test(path) || scriptFolders.test(path)) return depth < 6;
  return (scripts.test(path) && depth < 5) || (versionHolders.test(path) && depth < 5);
}

/** Reads the tracked files that matter, omitting those that are not text. */
export async function readCheckoutTexts(files: Files, tracked: readonly string[]): Promise<CheckoutTexts> {
  const paths = tracked.filter(matters).slice(0, mostFiles);
  const entries = await Promise.all(
    paths.map(async (path) => [path, await files.read(path).catch(() => undefined)] as const),
  );
  return new Map(
    entries.flatMap(([path, text]) => (text === undefined ? [] : [[posix.normalize(path), text]])),
  );
}
