import type { Job } from '../ports/gitlab.ts';
import type { IndexProject } from '../ports/package-index.ts';
import { compareVersions, parseVersion } from '../python/pep440.ts';

/** What an index shows of a run that published. */
export type OnIndex =
  /** The version is there. */
  | { kind: 'version'; version: string }
  /** The version of the tag is not there. */
  | { kind: 'not there'; version: string }
  /** Which one it was does not show: the branch names no version, and there is no new one. */
  | { kind: 'unclear' };

/** The version that a tag or branch became: the tag's own, else the one release that was not there before. */
export function publishedVersion(ref: string, isTag: boolean, releases: string[], before: string[]): OnIndex {
  const wanted = isTag ? parseVersion(/\d.*$/.exec(ref)?.[0] ?? '') : undefined;
  const [added, ...others] = releases.filter((it) => !before.includes(it));
  if (wanted === undefined)
    return added !== undefined && others.length === 0
      ? { kind: 'version', version: added }
      : { kind: 'unclear' };
  const found = releases.find((it) => {
    const version = parseVersion(it);
    return version !== undefined && compareVersions(version, wanted) === 0;
  });
  return found === undefined
    ? { kind: 'not there', version: /\d.*$/.exec(ref)?.[0] ?? ref }
    : { kind: 'version', version: found };
}

/** An index may list a file a moment after the job has ended. */
const delay = 60_000;

/**
 * The version that a job published: its tag's, or the one that was uploaded while it ran. Undefined where the index does
 * not list it any more, or another was uploaded since.
 */
export function versionOfJob(
  { ref, tag, startedAt, finishedAt }: Pick<Job, 'ref' | 'tag' | 'startedAt' | 'finishedAt'>,
  { releases, latest }: Pick<IndexProject, 'releases' | 'latest'>,
): string | undefined {
  const shown = publishedVersion(ref, tag, releases, releases);
  if (shown.kind === 'version') return shown.version;
  if (tag || latest === undefined || startedAt === undefined || finishedAt === undefined) return undefined;
  const [at, from, to] = [latest.uploadedAt, startedAt, finishedAt].map(Date.parse) as [
    number,
    number,
    number,
  ];
  return at >= from && at <= to + delay ? latest.version : undefined;
}

/** The page of a version on its index, from that of the project. */
export const versionPage = (page: string, version: string): string =>
  `${page.replace(/\/?$/, '/')}${encodeURIComponent(version)}/`;
