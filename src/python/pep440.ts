/** A version as PEP 440 orders it, without a local label. */
export interface Version {
  epoch: number;
  release: number[];
  pre?: [phase: 'a' | 'b' | 'rc', number: number];
  post?: number;
  dev?: number;
}

/** The permitted spellings: https://packaging.python.org/en/latest/specifications/version-specifiers/#appendix-parsing-version-strings-with-regular-expressions */
const spelling = new RegExp(
  [
    /^v?(?:(?<epoch>\d{1,9})!)?(?<release>\d{1,9}(?:\.\d{1,9})*)/,
    /(?:[-_.]?(?<phase>a|b|c|rc|alpha|beta|pre|preview)[-_.]?(?<pre>\d{0,9}))?/,
    /(?<post>-(?<implicit>\d{1,9})|[-_.]?(?:post|rev|r)[-_.]?(?<number>\d{0,9}))?/,
    /(?<dev>[-_.]?dev[-_.]?(?<day>\d{0,9}))?/,
    /(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?$/,
  ]
    .map(({ source }) => source)
    .join(''),
  'i',
);

const phases: Record<string, 'a' | 'b' | 'rc'> = { a: 'a', alpha: 'a', b: 'b', beta: 'b' };

/** Reads a version in any permitted spelling; undefined for anything else, and for numbers of ten or more digits. */
export function parseVersion(text: string): Version | undefined {
  const found = spelling.exec(text)?.groups;
  if (found === undefined) return undefined;
  const { epoch, release = '', phase, pre, post, implicit, number, dev, day } = found;
  return {
    epoch: Number(epoch ?? 0),
    release: release.split('.').map(Number),
    ...(phase === undefined ? {} : { pre: [phases[phase.toLowerCase()] ?? 'rc', Number(pre)] }),
    ...(post === undefined ? {} : { post: Number(implicit ?? number) }),
    ...(dev === undefined ? {} : { dev: Number(day) }),
  };
}

/** Whether it is a pre-release or a development release. */
export const isPreRelease = ({ pre, dev }: Version): boolean => pre !== undefined || dev !== undefined;

/** Negative if `one` comes first, positive if `other` does, 0 if they are the same version. */
export function compareVersions(one: Version, other: Version): number {
  const length = Math.max(one.release.length, other.release.length);
  const [left, right] = [one, other].map((version) => rank(version, length)) as [number[], number[]];
  const at = left.findIndex((part, index) => part !== right[index]);
  return at < 0 ? 0 : (left[at] ?? 0) < (right[at] ?? 0) ? -1 : 1;
}

/** Numbers that compare as the versions do: `1.0.dev1 < 1.0a1.dev1 < 1.0a1 < 1.0rc1 < 1.0 < 1.0.post1.dev1 < 1.0.post1`. */
function rank({ epoch, release, pre, post, dev }: Version, length: number): number[] {
  const padded = Array.from({ length }, (_, index) => release[index] ?? 0);
  const onlyDev = pre === undefined && post === undefined && dev !== undefined;
  const phase = pre === undefined ? (onlyDev ? -1 : 3) : ['a', 'b', 'rc'].indexOf(pre[0]);
  return [epoch, ...padded, phase, pre?.[1] ?? 0, post ?? -1, dev ?? Infinity];
}
