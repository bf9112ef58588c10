import type { Facts } from '../facts/index.ts';
import { normalizeName } from '../kernel/package-name.ts';
import { quote } from '../kernel/quote.ts';
import { buildTimeVersion } from '../python/versions/index.ts';

/** The commands by which the edited files become the next release, each a line to copy. */
export function firstRelease(facts: Facts, files: string[], platform: NodeJS.Platform): string[] {
  const word = (text: string) => quote(text, platform);
  const { source } = facts.checkout.projectPath;
  const remote = source.by === 'remote' ? source.name : 'origin';
  const branch = facts.gitlab.project.defaultBranch ?? 'main';
  const { tag, raiseTo } = nextTag(facts);
  // The PowerShell that comes with Windows does not know `&&`.
  const line = (...commands: string[]) => (platform === 'win32' ? commands : [commands.join(' && ')]);
  return [
    ...(raiseTo === undefined ? [] : [`# first set the version of the project to ${raiseTo}`]),
    ...line(`git add ${files.map(word).join(' ')}`, 'git commit -m "Publish to PyPI"'),
    `git push ${word(remote)} ${word(branch)}`,
    ...line(`git tag ${word(tag)}`, `git push ${word(remote)} ${word(tag)}`),
  ];
}

/** The tag to propose; `raiseTo` where the build takes the written version, which was released already. */
interface NextTag {
  tag: string;
  raiseTo?: string;
}

/**
 * A tag for a version that is not there yet: the written version where it is higher than all tags and releases, else the
 * one after the highest of these. Whatever else a tag is called, only well-formed versions are looked at and proposed.
 */
function nextTag({ tags, python, indexes }: Pick<Facts, 'tags' | 'python' | 'indexes'>): NextTag {
  const tagged = tags.flatMap((tag) => readTag(tag, python.packageName.value));
  const published = indexes.pypi.releases.filter(isRelease);
  const newest = tagged.toSorted((one, other) => compareVersions(other.version, one.version))[0];
  const highest = [...tagged.map(({ version }) => version), ...published].toSorted(compareVersions).at(-1);
  const prefix = newest?.prefix ?? 'v';
  const written = /^\d{1,9}(?:\.\d{1,9}){1,3}(?![\d.])/.exec(python.version.value)?.[0];
  const isNew = (version: string) => highest === undefined || compareVersions(version, highest) > 0;
  if (written !== undefined && isNew(written)) return { tag: prefix + written };
  const next = highest === undefined ? '0.1.0' : afterIt(highest);
  const raised = written !== undefined && buildTimeVersion(python.files) !== undefined;
  return { tag: prefix + next, ...(raised ? { raiseTo: next } : {}) };
}

const isRelease = (version: string) => /^\d{1,9}(?:\.\d{1,9}){1,3}$/.test(version);

/** A tag of this package: `1.2.3`, `v1.2.3`, `release-1.2.3`, `demo-pkg/v1.2.3`; those of other packages are not. */
function readTag(tag: string, packageName: string): { prefix: string; version: string }[] {
  const [, prefix = '', family, version = ''] =
    /^((?:([A-Za-z0-9._-]+)[-_/])?v?)(\d{1,9}(?:\.\d{1,9}){1,3})$/.exec(tag) ?? [];
  if (version === '') return [];
  const isOurs = family === undefined || ['release', packageName].includes(normalizeName(family));
  return isOurs ? [{ prefix, version }] : [];
}

/** As PEP 440 compares releases: number by number, with zeros where one has fewer. */
function compareVersions(one: string, other: string): number {
  const [left, right] = [one, other].map((version) => version.split('.').map(Number));
  const at = [0, 1, 2, 3].find((index) => (left?.[index] ?? 0) !== (right?.[index] ?? 0)) ?? 0;
  return (left?.[at] ?? 0) - (right?.[at] ?? 0);
}

const afterIt = (version: string) => version.replace(/\d+$/, (last) => String(Number(last) + 1));
