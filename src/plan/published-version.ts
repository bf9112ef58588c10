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
