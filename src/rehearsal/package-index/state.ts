import type { PublisherFields } from '../../publisher/form.ts';

/** A Trusted Publisher as an index keeps it. */
export type PublisherState = Omit<PublisherFields, 'projectName'>;

/** Everything the rehearsal index knows: plain data, for tests to look at and to change. */
export interface IndexState {
  kind: 'pypi' | 'testpypi';
  audience: string;
  /** Who is signed in, as a browser would be. */
  user: string;
  projects: {
    name: string;
    owners: string[];
    maintainers: string[];
    organization?: string;
    releases: string[];
    publishers: PublisherState[];
  }[];
  pendingPublishers: PublisherFields[];
}

/** An index with alice signed in and no projects. */
export function indexState(kind: IndexState['kind'], change: Partial<IndexState> = {}): IndexState {
  return { kind, audience: kind, user: 'alice', projects: [], pendingPublishers: [], ...change };
}

/** A project of alice's with one release. */
export function ownedProject(name: string): IndexState['projects'][number] {
  return { name, owners: ['alice'], maintainers: [], releases: ['0.1.0'], publishers: [] };
}
