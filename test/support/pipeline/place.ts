import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RehearsalIndex, startPackageIndex } from '../../../src/rehearsal/package-index/server.ts';
import { indexState, ownedProject } from '../../../src/rehearsal/package-index/state.ts';
import { makeCertificates } from './certificates.ts';
import { issuerKey } from './id-tokens.ts';
import { indexNames, startIndexFront } from './index-front.ts';
import { hostsWith, type Machine } from './machine.ts';

/** Two embedded indexes under the names of the real ones, for jobs alone. */
export interface Place {
  machine: Machine;
  indexes: { pypi: RehearsalIndex; testpypi: RehearsalIndex };
  /** A file that stands in for /etc/hosts. */
  hosts: string;
  /** The certificate authorities that a job must trust. */
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
 * Starts both indexes and their front; several places can be open at once. On PyPI the package exists with a publisher,
 * on TestPyPI a pending publisher waits for it.
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
