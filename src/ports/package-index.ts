/** A Python package index (PyPI, TestPyPI or another Warehouse), read without an account. */
export interface PackageIndex {
  /** Base URL without a trailing slash. */
  readonly url: string;
  /** The project with that (normalised) name, with or without releases; undefined if there is none. */
  project(name: string): Promise<IndexProject | undefined>;
  /** Who owns it; undefined before its first release, since the index does not say. */
  ownership(name: string): Promise<Ownership | undefined>;
  /** Who published a file, as its attestations prove, by the `path` that the index names; empty without any. */
  provenance(path: string): Promise<Provenance[]>;
  /** The audience required in ID tokens (`GET /_/oidc/audience`). */
  audience(): Promise<string>;
}

/** What the simple API says about a project. */
export interface IndexProject {
  status: ProjectStatus;
  /** The versions of its releases, as the index has them; empty where it does not say. */
  releases: string[];
  /** What was uploaded last; undefined where the index does not say when. */
  latest: LatestUpload | undefined;
  /** The newest file with attestations: https://peps.python.org/pep-0740/ */
  attested: AttestedFile | undefined;
  /** The newest release, if it has no attestations although an earlier one has. */
  unattested: string | undefined;
}

/** The release that got a file last. */
export interface LatestUpload {
  version: string;
  /** ISO 8601. */
  uploadedAt: string;
}

/** A file whose provenance the index shows. */
export interface AttestedFile {
  filename: string;
  /** Path of its provenance on the index. */
  path: string;
  /** ISO 8601; empty if the index does not say. */
  uploadedAt: string;
}

/** The Trusted Publisher that a file came from, as registered then: https://docs.pypi.org/api/integrity/ */
export interface Provenance {
  /** `GitLab`, `GitHub` ... */
  kind: string;
  /** Full path of the project. */
  repository: string;
  /** Empty for the kinds that have another field. */
  workflowFilepath: string;
  /** Null for a publisher without one, which takes jobs of any. */
  environment: string | null;
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
