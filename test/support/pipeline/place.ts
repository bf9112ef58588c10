import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RehearsalIndex, startPackageIndex } from '../../../src/rehearsal/package-index/server.ts';
import { indexState, ownedProject } from '../../../src/rehearsal/package-index/state.ts';
import { makeCertificates } from './certificates.ts';
import { issuerKey } from './id-tokens.ts';
import { indexNames, startIndexFront } from './index-front.ts';
import { hostsWith, type Machine } from './machine.ts';

/** Two embedded indexes under the real names, visible to jobs only. */
export interface Place {
  machine: Machine;
  indexes: { pypi: RehearsalIndex; testpypi: RehearsalIndex };
  /** Replaces /etc/hosts. */
  hosts: string;
  /** The CAs that a job must trust. */
  bundle: string;
  close(): Promise<void>;
}

/** Who may publish there. */
export interface PlaceOptions {
  /** The environment of the publisher on PyPI. */
  environment?: string;
}

const fields = { namespace: 'demo-group', project: 'demo-pkg', workflowFilepath: '.gitlab-ci.yml' };

/**
 * Starts both indexes and their front; several can run at once. On PyPI the package exists with a publisher; on
 * TestPyPI it has a pending publisher.
 */
export async function openPlace(
  machine: Machine,
  { environment = 'release' }: PlaceOptions = {},
): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-place-'));
  const projects = [{ ...ownedProject('demo-pkg'), publishers: [{ ...fields, environment }] }];
  const pendingPublishers = [{ ...fields, projectName: 'demo-pkg', environment: 'release-test' }];
  const [pypi, testpypi] = await Promise.all([
    startPackageIndex(indexState('pypi', { issuerKey, projects })),
    startPackageIndex(indexState('testpypi', { issuerKey, pendingPublishers })),
  ]);
  const indexes = { pypi, testpypi };
  const certificates = await makeCertificates(folder, indexNames);
  const front = await startIndexFront(indexes, certificates);
  const hosts = await hostsWith(folder, indexNames, front.address);
  const close = async () => {
    await Promise.all([front, pypi, testpypi].map((server) => server.close()));
    await rm(folder, { recursive: true });
  };
  return { machine, indexes, hosts, bundle: certificates.bundle, close };
}
