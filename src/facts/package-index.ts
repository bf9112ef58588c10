import { likelySpellings, type NameRefusal, nameRefusal } from '../indexes/project-name.ts';
import { type Known, known } from '../kernel/known.ts';
import type { IndexId } from '../kernel/route.ts';
import type {
  AttestedFile,
  LatestUpload,
  Ownership,
  PackageIndex,
  ProjectStatus,
} from '../ports/package-index.ts';
import { attempt } from './gitlab-project.ts';

/** One of the two indexes, and what it says about the package without an account. */
export interface IndexFacts {
  id: IndexId;
  /** 'PyPI' or 'TestPyPI', with the host if another Warehouse takes its place. */
  title: string;
  url: string;
  /** One of the two official indexes. */
  official: boolean;
  /**
   * Only accepts ID tokens of https://gitlab.com, as the official indexes do unless their staff have set up another issuer
   * for an organization; for other indexes this cannot be known.
   */
  gitlabComOnly: boolean;
  exists: Known<boolean>;
  /** Also active for a project that does not exist or could not be read. */
  status: ProjectStatus;
  /** The versions of its releases; empty also where they could not be read. */
  releases: string[];
  /** What was uploaded last, where the index says when. */
  latest: LatestUpload | undefined;
  /** The newest file with attestations, if there is one. */
  attested: AttestedFile | undefined;
  /** The newest release, if it has no attestations although an earlier one has. */
  unattested: string | undefined;
  /** Why the index would refuse to create the project; undefined if it exists, or if there is no reason. */
  nameRefusal: NameRefusal | undefined;
  /** Undefined for a project without releases. */
  ownership: Known<Ownership | undefined>;
  audience: Known<string>;
}

/** The name of an index, whichever host stands in for it. */
export const indexNames: Record<IndexId, string> = { pypi: 'PyPI', testpypi: 'TestPyPI' };

const officialUrls = { pypi: 'https://pypi.org', testpypi: 'https://test.pypi.org' };

/**
 * Asks an index, in parallel, whether the package exists and who owns it. `gitlabComOnly` overrides what
 * follows from its URL.
 */
export async function readPackageIndex(
  id: IndexId,
  index: PackageIndex,
  name: string,
  gitlabComOnly?: boolean,
): Promise<IndexFacts> {
  const official = index.url === officialUrls[id];
  const title = official ? indexNames[id] : `${indexNames[id]} (${new URL(index.url).host})`;
  const [project, ownership, audience, similar] = await Promise.all([
    attempt(index.project(name)),
    attempt(index.ownership(name)),
    official ? known(id) : attempt(index.audience()),
    similarProjects(index, name),
  ]);
  const exists = project.known ? known(project.value !== undefined) : project;
  const isNew = exists.known && !exists.value;
  return {
    id,
    title,
    url: index.url,
    official,
    gitlabComOnly: gitlabComOnly ?? official,
    exists,
    status: (project.known && project.value?.status) || 'active',
    releases: (project.known && project.value?.releases) || [],
    latest: project.known ? project.value?.latest : undefined,
    attested: project.known ? project.value?.attested : undefined,
    unattested: project.known ? project.value?.unattested : undefined,
    nameRefusal: isNew ? nameRefusal(name, similar) : undefined,
    ownership,
    audience,
  };
}

/** Existing projects with similar spellings, requested together with everything else so that nobody waits for them. */
async function similarProjects(index: PackageIndex, name: string): Promise<string[]> {
  const found = await Promise.all(
    likelySpellings(name).map(async (spelling) => {
      const project = await attempt(index.project(spelling));
      return project.known && project.value !== undefined ? [spelling] : [];
    }),
  );
  return found.flat();
}

/** Whether an index rejects every upload to the project with 403, although it still exchanges ID tokens. */
export function refusesUploads(status: ProjectStatus): status is 'archived' | 'quarantined' {
  return status === 'archived' || status === 'quarantined';
}

/** Where files are uploaded: https://docs.pypi.org/api/upload/ */
export function uploadUrl(facts: Pick<IndexFacts, 'id' | 'url' | 'official'>): string {
  return facts.official && facts.id === 'pypi' ? 'https://upload.pypi.org/legacy/' : `${facts.url}/legacy/`;
}
