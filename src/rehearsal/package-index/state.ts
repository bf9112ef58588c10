/** A Trusted Publisher as stored by an index. */
export interface PublisherState {
  namespace: string;
  project: string;
  workflowFilepath: string;
  /** Empty means that jobs with any environment, or none, may publish. */
  environment: string;
}

/** A publisher that creates its project on the first exchange. */
export interface PendingPublisher extends PublisherState {
  projectName: string;
}

/** Everything the rehearsal index knows: plain data, for tests to inspect and change. */
export interface IndexState {
  kind: 'pypi' | 'testpypi';
  audience: string;
  /** The signed-in user, as in a browser. */
  user: string;
  projects: IndexProject[];
  pendingPublishers: PendingPublisher[];
  /** Public key (PEM) of the GitLab whose ID tokens are accepted; without it, none are. */
  issuerKey?: string;
  /** The issuer of those ID tokens; https://gitlab.com by default, others only where the index's staff set them up. */
  issuer?: string;
  /** The key's id in the header of an ID token; `test` by default. */
  issuerKeyId?: string;
  /** What the index's staff have switched off for everyone. */
  switchedOff?: ('trusted publishing' | 'uploads')[];
  /** Names of deleted files, which can never be reused. */
  deletedFiles?: string[];
  /** `jti` of every exchanged ID token; a second use is rejected. */
  usedIdTokens: string[];
  apiTokens: ApiToken[];
  files: UploadedFile[];
}

/** A project with those who may manage it. */
export interface IndexProject {
  name: string;
  owners: string[];
  maintainers: string[];
  organization?: string;
  /** Active by default. */
  status?: 'active' | 'archived' | 'quarantined';
  releases: string[];
  /** When each release got its first file, in seconds since 1970; unlisted ones are unknown. */
  releasedAt?: Record<string, number>;
  publishers: PublisherState[];
}

/** The result of exchanging an ID token, or a token that a user created on the token page. */
export interface ApiToken {
  secret: string;
  /** Undefined for a user's token. */
  publisher: PublisherState | undefined;
  /** Normalised names of the projects it may upload to. */
  projects: string[];
  /** Seconds since 1970. */
  expires: number;
}

/** An uploaded file, without its content. */
export interface UploadedFile {
  filename: string;
  /** Its project's normalised name. */
  project: string;
  version: string;
  sha256: string;
  publisher: PublisherState | undefined;
  /** ISO 8601; not told if absent. */
  uploadedAt?: string;
  /** Absent if none were uploaded with it. */
  attestations?: unknown[];
}

/** An index with alice signed in and no projects. */
export function indexState(kind: IndexState['kind'], change: Partial<IndexState> = {}): IndexState {
  return {
    kind,
    audience: kind,
    user: 'alice',
    projects: [],
    pendingPublishers: [],
    usedIdTokens: [],
    apiTokens: [],
    files: [],
    ...change,
  };
}

/** A project owned by alice, with one release. */
export function ownedProject(name: string): IndexProject {
  return { name, owners: ['alice'], maintainers: [], releases: ['0.1.0'], publishers: [] };
}
