/** One Python package index (PyPI, TestPyPI or another Warehouse), read without an account. */
export interface PackageIndex {
  /** Base URL without a trailing slash. */
  readonly url: string;
  /** Whether a project of that (normalised) name exists, with or without releases. */
  exists(name: string): Promise<boolean>;
  /** Who owns it; undefined while it has no release, because then the index does not tell. */
  ownership(name: string): Promise<Ownership | undefined>;
  /** The audience that its ID tokens must carry (`GET /_/oidc/audience`). */
  audience(): Promise<string>;
}

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
