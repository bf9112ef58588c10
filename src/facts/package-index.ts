import { type Known, known } from '../kernel/known.ts';
import type { IndexId } from '../kernel/route.ts';
import type { Ownership, PackageIndex } from '../ports/package-index.ts';
import { attempt } from './gitlab-project.ts';

/** One of the two indexes, and what it tells about the package without an account. */
export interface IndexFacts {
  id: IndexId;
  /** 'PyPI' or 'TestPyPI', with the host where it is another Warehouse in its place. */
  title: string;
  url: string;
  /** One of the two official indexes. */
  official: boolean;
  /** Accepts ID tokens of https://gitlab.com only, as the official indexes do; of others it cannot be known. */
  gitlabComOnly: boolean;
  exists: Known<boolean>;
  /** Undefined for a project without releases. */
  ownership: Known<Ownership | undefined>;
  audience: Known<string>;
}

/** What an index is called where it does not matter which host stands in for it. */
export const indexNames: Record<IndexId, string> = { pypi: 'PyPI', testpypi: 'TestPyPI' };

const officialUrls = { pypi: 'https://pypi.org', testpypi: 'https://test.pypi.org' };

/**
 * Asks one index, all at once, whether the package exists and whose it is. With `asOfficial` it is taken to accept
 * what the official indexes do.
 */
export async function readPackageIndex(
  id: IndexId,
  index: PackageIndex,
  name: string,
  asOfficial = false,
): Promise<IndexFacts> {
  const official = index.url === officialUrls[id];
  const title = official ? indexNames[id] : `${indexNames[id]} (${new URL(index.url).host})`;
  const [exists, ownership, audience] = await Promise.all([
    attempt(index.exists(name)),
    attempt(index.ownership(name)),
    official ? known(id) : attempt(index.audience()),
  ]);
  const gitlabComOnly = official || asOfficial;
  return { id, title, url: index.url, official, gitlabComOnly, exists, ownership, audience };
}

/** Where files are uploaded: https://docs.pypi.org/api/upload/ */
export function uploadUrl(facts: Pick<IndexFacts, 'id' | 'url' | 'official'>): string {
  return facts.official && facts.id === 'pypi' ? 'https://upload.pypi.org/legacy/' : `${facts.url}/legacy/`;
}
