import type { Facts } from '../facts/index.ts';
import { normalizeName } from '../kernel/package-name.ts';
import { tagged } from '../pipeline/model/occasions.ts';
import { type Upload, whatHappensWhen } from '../pipeline/model/uploads.ts';
import { compareVersions, isPreRelease, parseVersion, type Version } from '../python/pep440.ts';
import { buildTimeVersion } from '../python/versions/index.ts';
import { intendedPipeline, modelOf, modelProject } from './pipeline-model.ts';
import type { Situation } from './settings/setting.ts';

/** The tag to propose; `raiseTo` if the build takes the written version and that is another one. */
export interface NextTag {
  tag: string;
  raiseTo?: string;
}

/**
 * A tag that does not exist yet, for the version after all that are tagged, released or written, spelt like the tags
 * that the pipeline publishes. Whatever else a tag is called, only well-formed versions are read and proposed.
 */
export function nextTag(situation: Situation): NextTag {
  const { facts } = situation;
  const tags = facts.tags
    .flatMap((tag) => readTag(tag, facts.python.packageName.value))
    .toSorted((one, other) => compareVersions(other.version, one.version));
  const prefixes = [...new Set([...tags.map(({ prefix }) => prefix), ...prefixOf(situation), 'v'])];
  let version = nextVersion(facts, tags);
  while (prefixes.some((prefix) => facts.tags.includes(prefix + textOf(version)))) version = afterIt(version);
  const candidates = prefixes.map((prefix) => prefix + textOf(version));
  const tag = candidates.find((it) => publishes(situation, it)) ?? candidates[0] ?? textOf(version);
  return { tag, ...(mustBeRaised(situation, version) ? { raiseTo: textOf(version) } : {}) };
}

/** A tag of this package. */
interface OwnTag {
  /** What comes before the version: `v`, nothing, `demo-pkg-v`. */
  prefix: string;
  version: Version;
}

/** `1.2.3`, `v1.2.3`, `release-1.2.3`, `demo-pkg/v1.2.3`; none for tags of other packages, or with a single number. */
function readTag(tag: string, packageName: string): OwnTag[] {
  const starts = [0, ...[...tag.matchAll(/[-_/@](?=[vV]?\d)/g)].map(({ index }) => index + 1)];
  return starts
    .flatMap((start) => {
      const [, v = '', rest = ''] = /^([vV]?)(.*)$/.exec(tag.slice(start)) ?? [];
      const version = parseVersion(rest);
      const family =
        tag
          .slice(0, Math.max(0, start - 1))
          .split('/')
          .at(-1) ?? '';
      const isOurs = start === 0 || ['release', packageName].includes(normalizeName(family));
      const isFull = version !== undefined && version.release.length > 1;
      return isOurs && isFull ? [{ prefix: tag.slice(0, start) + v, version }] : [];
    })
    .slice(0, 1);
}

/** The written version if it is higher than all tags and releases, else the one after the highest of these. */
function nextVersion({ python, indexes, repository }: Facts, tags: OwnTag[]): Version {
  const released = indexes.pypi.releases.flatMap((version) => parseVersion(version) ?? []);
  const highest = [...tags.map(({ version }) => version), ...released].toSorted(compareVersions).at(-1);
  const text = python.writtenVersion ?? repository.earlierVersion;
  const written = text === undefined ? undefined : parseVersion(text);
  if (written !== undefined && (highest === undefined || compareVersions(finalOf(written), highest) > 0))
    return finalOf(written);
  return highest === undefined ? { epoch: 0, release: [0, 1, 0] } : afterIt(highest);
}

/** A pre-release is followed by its final release. */
function afterIt(version: Version): Version {
  if (isPreRelease(version) && version.post === undefined) return finalOf(version);
  const { epoch, release } = version;
  return { epoch, release: [...release.slice(0, -1), (release.at(-1) ?? 0) + 1] };
}

const finalOf = ({ epoch, release }: Version): Version => ({ epoch, release });

const textOf = ({ epoch, release }: Version): string =>
  `${epoch === 0 ? '' : `${epoch}!`}${release.join('.')}`;

const isRelease = ({ occasion, target }: Upload) =>
  occasion === 'version-tag' && target.kind === 'index' && target.id === 'pypi';

/** The prefix of the tags that the pipeline publishes, where it asks for one. */
function prefixOf({ verdicts }: Situation): string[] {
  const release = verdicts.occasions?.after.find(isRelease);
  return release === undefined ? [] : [release.ref.replace(/1\.2\.3$/, '')];
}

/** Whether the pipeline, as it will be, publishes this tag. */
function publishes({ facts, goal, verdicts }: Situation, tag: string): boolean {
  const text = intendedPipeline(verdicts.pipelineEdit, facts);
  if (text === undefined) return false;
  const occasions = [tagged('version-tag', tag, modelProject(facts, goal))];
  const model = modelOf(facts, goal, text, { occasions });
  return model !== undefined && whatHappensWhen(model, { kind: 'git' }).some(isRelease);
}

/** Whether the written version is what a tag builds, and not the version of the tag. */
function mustBeRaised({ facts: { python }, verdicts }: Situation, next: Version): boolean {
  const written = python.writtenVersion === undefined ? undefined : parseVersion(python.writtenVersion);
  if (written === undefined || compareVersions(written, next) === 0) return false;
  const built = verdicts.occasions?.after.find(isRelease)?.versions ?? [];
  return built.some(({ kind }) => kind === 'written') || buildTimeVersion(python.files) !== undefined;
}
