/** A Trusted Publisher as an index keeps it. */
export interface PublisherState {
  namespace: string;
  project: string;
  workflowFilepath: string;
  /** Empty: a job of any environment, and of none, may publish. */
  environment: string;
}

/** A publisher that makes its project at the first exchange. */
export interface PendingPublisher extends PublisherState {
  projectName: string;
}

/** Everything the rehearsal index knows: plain data, for tests to look at and to change. */
export interface IndexState {
  kind: 'pypi' | 'testpypi';
  audience: string;
  /** Who is signed in, as a browser would be. */
  user: string;
  projects: IndexProject[];
  pendingPublishers: PendingPublisher[];
  /** The public key, as PEM, of the GitLab whose ID tokens are accepted; without one, none is. */
  issuerKey?: string;
  /** What the head of an ID token must call that key; `test` where nothing is said. */
  issuerKeyId?: string;
  /** What the index's staff have switched off for everybody. */
  switchedOff?: ('trusted publishing' | 'uploads')[];
  /** Names of files that were deleted, and can never be used again. */
  deletedFiles?: string[];
  /** `jti` of each ID token that was exchanged: a second time it is refused. */
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
  /** Active where nothing is said. */
  status?: 'active' | 'archived' | 'quarantined';
  releases: string[];
  /** When each release had its first file, in seconds since 1970; of one that is not listed that is not known. */
  releasedAt?: Record<string, number>;
  publishers: PublisherState[];
}

/** What an ID token was exchanged for, or what a user made on the page for tokens. */
export interface ApiToken {
  secret: string;
  /** Undefined for the token of a user. */
  publisher: PublisherState | undefined;
  /** Normalized names of the projects that it may upload to. */
  projects: string[];
  /** Seconds since 1970. */
  expires: number;
}

/** An uploaded file, without its content. */
export interface UploadedFile {
  filename: string;
  /** Normalized name of its project. */
  project: string;
  version: string;
  sha256: string;
  publisher: PublisherState | undefined;
  /** Absent where none were uploaded with it. */
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

/** A project of alice's with one release. */
export function ownedProject(name: string): IndexProject {
  return { name, owners: ['alice'], maintainers: [], releases: ['0.1.0'], publishers: [] };
}
