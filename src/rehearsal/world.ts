import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RehearsalGitLab, startGitLab } from './gitlab/server.ts';
import { type GitLabState, teamState } from './gitlab/state.ts';
import { type RehearsalIndex, startPackageIndex } from './package-index/server.ts';
import { indexState, ownedProject } from './package-index/state.ts';
import { createScratchProject, scratchFiles } from './scratch-project.ts';

/** A GitLab, both indexes and a project in a temporary folder, all on this machine. */
export interface World {
  gitlab: RehearsalGitLab;
  pypi: RehearsalIndex;
  testpypi: RehearsalIndex;
  /** The scratch project's checkout. */
  directory: string;
  close(): Promise<void>;
}

/** How the world begins. */
export interface Beginning {
  files?: Record<string, string>;
  state?: GitLabState;
  /** Relative URL root of the GitLab, such as `/gitlab`. */
  prefix?: string;
  latency?: number;
}

/**
 * Starts everything. On PyPI the package exists, so that its page is filled in from the address; on TestPyPI it does
 * not, so that a pending publisher is to be registered.
 */
export async function startWorld({
  files = scratchFiles(),
  state,
  ...options
}: Beginning = {}): Promise<World> {
  const known = state ?? teamState({}, files);
  const [gitlab, pypi, testpypi, folder] = await Promise.all([
    startGitLab(known, options),
    startPackageIndex(indexState('pypi', { projects: [ownedProject('demo-pkg')] }), options),
    startPackageIndex(indexState('testpypi'), options),
    mkdtemp(join(tmpdir(), 'gitlab-to-pypi-demo-')),
  ]);
  const directory = await realpath(folder);
  const path = known.projects[0]?.path_with_namespace ?? 'demo-group/demo-pkg';
  await createScratchProject(directory, `${gitlab.url}/${path}.git`, files);
  const servers = [gitlab, pypi, testpypi];
  const close = async () => void (await Promise.all(servers.map((server) => server.close())));
  return { gitlab, pypi, testpypi, directory, close };
}
