/** A Python package index (PyPI, TestPyPI or another Warehouse), read without an account. */
export interface PackageIndex {
  /** Base URL without a trailing slash. */
  readonly url: string;
  /** The project with that (normalised) name, with or without releases; undefined if there is none. */
  project(name: string): Promise<IndexProject | undefined>;
  /** Who owns it; undefined before its first release, since the index does not say. */
  ownership(name: string): Promise<Ownership | undefined>;
  /** The audience required in ID tokens (`GET /_/oidc/audience`). */
  audience(): Promise<string>;
}

/** What the simple API says about a project. */
export interface IndexProject {
  status: ProjectStatus;
  /** The versions of its releases, as the index has them; empty where it does not say. */
  releases: string[];
}

/** https://packaging.python.org/en/latest/specifications/project-status-markers/ */
export const projectStatuses = ['active', 'archived', 'deprecated', 'quarantined'] as const;
export type ProjectStatus = (typeof projectStatuses)[number];

export interface Ownership {
  /** Users with the role Owner, then those with the role Maintainer. */
  owners: string[];
  maintainers: string[];
  organization?: string;
}

/** The index did not respond, or not like a Warehouse. */
export class PackageIndexError extends Error {
  override name = 'PackageIndexError';
}
