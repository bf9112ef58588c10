import { mkdtemp, readFile, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../kernel/errors.ts';
import { type RehearsalGitLab, startGitLab } from './gitlab/server.ts';
import { type GitLabState, teamState } from './gitlab/state.ts';
import { type RehearsalIndex, startPackageIndex } from './package-index/server.ts';
import { type IndexState, indexState, ownedProject } from './package-index/state.ts';
import { createScratchProject, scratchFiles } from './scratch-project.ts';

/** A GitLab, both indexes and a project in a temporary folder, all on this machine. */
export interface World {
  gitlab: RehearsalGitLab;
  pypi: RehearsalIndex;
  testpypi: RehearsalIndex;
  /** The scratch project's checkout. */
  directory: string;
  /** The indexes accept what the official ones do, and so no tokens from this GitLab. */
  asOfficial: boolean;
  close(): Promise<void>;
}

/** The initial state of a world. */
export interface Beginning {
  files?: Record<string, string>;
  state?: GitLabState;
  /** Relative URL root of the GitLab, such as `/gitlab`. */
  prefix?: string;
  latency?: number;
  asOfficial?: boolean;
  /** The environment to start git from. */
  env?: Record<string, string | undefined>;
}

/**
 * Starts everything. On PyPI the package exists, so its page is prefilled from the URL; on TestPyPI it does not, so a
 * pending publisher has to be registered.
 */
export async function startWorld({
  files = scratchFiles(),
  state,
  asOfficial = false,
  env,
  ...options
}: Beginning = {}): Promise<World> {
  const known = state ?? teamState({}, files);
  const pypi = indexState('pypi', { projects: [ownedProject('demo-pkg')] });
  const servers = await startServers({ gitlab: known, pypi, testpypi: indexState('testpypi') }, options);
  const path = known.projects[0]?.path_with_namespace ?? 'demo-group/demo-pkg';
  try {
    const directory = await realpath(await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-demo-')));
    await createScratchProject(directory, `${servers.gitlab.url}/${path}.git`, files, env);
    return { ...servers, directory, asOfficial };
  } catch (error) {
    // Servers left open would keep the process alive and hide the error.
    await servers.close();
    throw error;
  }
}

/** What is saved of a world while its servers are not running. */
interface Saved {
  states: { gitlab: GitLabState; pypi: IndexState; testpypi: IndexState };
  ports: Record<'gitlab' | 'pypi' | 'testpypi', number>;
  /** Absent in worlds saved by earlier versions. */
  asOfficial?: boolean;
}

const savedIn = (directory: string) => join(directory, '.git', 'gitlab-to-pypi-rehearsal.json');

/** Saves the servers' state, so that a later run can resume. */
export async function saveWorld({ gitlab, pypi, testpypi, directory, asOfficial }: World): Promise<void> {
  const port = ({ url }: { url: string }) => Number(new URL(url).port);
  const saved: Saved = {
    states: { gitlab: gitlab.state, pypi: pypi.state, testpypi: testpypi.state },
    ports: { gitlab: port(gitlab), pypi: port(pypi), testpypi: port(testpypi) },
    asOfficial,
  };
  await writeFile(savedIn(directory), JSON.stringify(saved));
}

/** Restarts the servers of an earlier rehearsal at their URLs. Throws a `UserError` if there was none. */
export async function resumeWorld(folder: string): Promise<World> {
  const directory = await realpath(folder).catch(() => folder);
  const text = await readFile(savedIn(directory), 'utf8').catch(() => undefined);
  if (text === undefined) {
    throw new UserError(
      'no-rehearsal',
      `There is no scratch project of an earlier demo in ${directory}.`,
      "Run 'gitlab-to-pypi demo' without --directory for a new one.",
    );
  }
  const { states, ports, asOfficial = false } = JSON.parse(text) as Saved;
  return { ...(await startServers(states, {}, ports)), directory, asOfficial };
}

async function startServers(
  states: Saved['states'],
  options: Pick<Beginning, 'prefix' | 'latency'>,
  ports: Partial<Saved['ports']> = {},
): Promise<Omit<World, 'directory' | 'asOfficial'>> {
  const at = (port: number | undefined) => ({ ...options, ...(port === undefined ? {} : { port }) });
  const [gitlab, pypi, testpypi] = await Promise.all([
    startGitLab(states.gitlab, at(ports.gitlab)),
    startPackageIndex(states.pypi, at(ports.pypi)),
    startPackageIndex(states.testpypi, at(ports.testpypi)),
  ]);
  const close = async () =>
    void (await Promise.all([gitlab, pypi, testpypi].map((server) => server.close())));
  return { gitlab, pypi, testpypi, close };
}
