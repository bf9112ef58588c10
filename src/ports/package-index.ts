/** One Python package index (PyPI, TestPyPI or another Warehouse), read without an account. */
export interface PackageIndex {
  /** Base URL without a trailing slash. */
  readonly url: string;
  /** The project of that (normalised) name, with or without releases; undefined where none exists. */
  project(name: string): Promise<IndexProject | undefined>;
  /** Who owns it; undefined while it has no release, because then the index does not tell. */
  ownership(name: string): Promise<Ownership | undefined>;
  /** The audience that its ID tokens must carry (`GET /_/oidc/audience`). */
  audience(): Promise<string>;
}

/** What the simple API tells about a project. */
export interface IndexProject {
  status: ProjectStatus;
}

/** https://packaging.python.org/en/latest/specifications/project-status-markers/ */
export const projectStatuses = ['active', 'archived', 'deprecated', 'quarantined'] as const;
export type ProjectStatus = (typeof projectStatuses)[number];

export interface Ownership {
  /** User names with the role Owner, then those with the role Maintainer. */
  owners: string[];
  maintainers: string[];
  organization?: string;
}

/** The index did not answer, or not as a Warehouse does. */
export class PackageIndexError extends Error {
  override name = 'PackageIndexError';
}
