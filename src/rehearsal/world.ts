import { writeFileSync } from 'node:fs';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../kernel/errors.ts';
import { type RehearsalGitLab, startGitLab } from './gitlab/server.ts';
import { type GitLabState, teamState } from './gitlab/state.ts';
import { type RehearsalIndex, startPackageIndex } from './package-index/server.ts';
import { type IndexState, indexState, ownedProject, type PendingPublisher } from './package-index/state.ts';
import { createScratchProject, gitIn, scratchFiles } from './scratch-project.ts';

/** A GitLab, both indexes and a project in a temporary folder, all on this machine. */
export interface World {
  gitlab: RehearsalGitLab;
  pypi: RehearsalIndex;
  testpypi: RehearsalIndex;
  /** The scratch project's checkout. */
  directory: string;
  /** What the servers are called on screens and in files; without it, they are called by their addresses. */
  names?: ServerNames;
  close(): Promise<void>;
}

/** The base URL that stands for each server. */
export interface ServerNames {
  gitlab: string;
  pypi: string;
  testpypi: string;
}

/** The initial state of a world. */
export interface Beginning {
  files?: Record<string, string>;
  state?: GitLabState;
  /** Relative URL root of the GitLab, such as `/gitlab`. */
  prefix?: string;
  latency?: number;
  names?: ServerNames;
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
  names,
  env,
  ...options
}: Beginning = {}): Promise<World> {
  const known = state ?? teamState({}, files);
  const pypi = indexState('pypi', { projects: [ownedProject('demo-pkg')] });
  const servers = await startServers({ gitlab: known, pypi, testpypi: indexState('testpypi') }, options);
  const path = known.projects[0]?.path_with_namespace ?? 'demo-group/demo-pkg';
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-demo-')));
  try {
    const remote = `${names?.gitlab ?? servers.gitlab.url}/${path}.git`;
    await createScratchProject(directory, remote, files, env);
    // So that a push by hand never reaches the host that is only named.
    if (names !== undefined)
      await gitIn(directory, env)('config', `url.${servers.gitlab.url}/.insteadOf`, `${names.gitlab}/`);
    return { ...servers, directory, ...(names === undefined ? {} : { names }) };
  } catch (error) {
    // Servers left open would keep the process alive and hide the error.
    await servers.close();
    await rm(directory, { recursive: true });
    throw error;
  }
}

/** What is saved of a world while its servers are not running. */
interface Saved {
  states: { gitlab: GitLabState; pypi: IndexState; testpypi: IndexState };
  ports: Record<'gitlab' | 'pypi' | 'testpypi', number>;
  names?: ServerNames;
}

const savedIn = (directory: string) => join(directory, '.git', 'gitlab-to-pypi-rehearsal.json');

/** Saves the servers' state, so that a later run can resume; at once, as the program may be about to end. */
export function saveWorld({ gitlab, pypi, testpypi, directory, names }: World): void {
  const port = ({ url }: { url: string }) => Number(new URL(url).port);
  const saved: Saved = {
    states: { gitlab: gitlab.state, pypi: pypi.state, testpypi: testpypi.state },
    ports: { gitlab: port(gitlab), pypi: port(pypi), testpypi: port(testpypi) },
    ...(names === undefined ? {} : { names }),
  };
  writeFileSync(savedIn(directory), JSON.stringify(saved));
}

/** Restarts the servers of an earlier rehearsal at their URLs. Throws a `UserError` if there was none. */
export async function resumeWorld(folder: string): Promise<World> {
  const directory = await realpath(folder).catch(() => folder);
  const text = await readFile(savedIn(directory), 'utf8').catch(() => undefined);
  if (text === undefined) {
    throw new UserError(
      'no-rehearsal',
      `There is no scratch project of an earlier demo in ${directory}.`,
      "Run 'npx gitlab-to-pypi demo' without --directory for a new one.",
    );
  }
  const { states, ports, names } = JSON.parse(text) as Saved;
  return { ...(await startServers(states, {}, ports)), directory, ...(names === undefined ? {} : { names }) };
}

async function startServers(
  states: Saved['states'],
  options: Pick<Beginning, 'prefix' | 'latency'>,
  ports: Partial<Saved['ports']> = {},
): Promise<Omit<World, 'directory' | 'names'>> {
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

/** What each server is called. */
export function shownAt({ names, gitlab, pypi, testpypi }: World): ServerNames {
  return names ?? { gitlab: gitlab.url, pypi: pypi.url, testpypi: testpypi.url };
}

/** Where the server of a URL listens; undefined for a server that is not embedded. */
export function locator(world: World): (url: URL) => URL | undefined {
  const names = shownAt(world);
  const places = new Map(
    (['gitlab', 'pypi', 'testpypi'] as const).map((name) => [new URL(names[name]).origin, world[name].url]),
  );
  return ({ origin, pathname, search }) => {
    const place = places.get(origin);
    return place === undefined ? undefined : new URL(new URL(place).origin + pathname + search);
  };
}

/** Registers a publisher as its user would, on the page of the project or on that of pending publishers. */
export function registerPublisher(
  { state }: RehearsalIndex,
  { projectName, ...publisher }: PendingPublisher,
): void {
  const project = state.projects.find(({ name }) => name === projectName);
  if (project === undefined) state.pendingPublishers.push({ projectName, ...publisher });
  else project.publishers.push(publisher);
}

/** Lets an index accept an API token of its signed-in user for demo-pkg, until the year 2100. */
export function acceptUserToken({ state }: RehearsalIndex, secret: string): void {
  if (state.apiTokens.some((it) => it.secret === secret)) return;
  state.apiTokens.push({
    secret,
    publisher: undefined,
    projects: ['demo-pkg'],
    expires: Date.UTC(2100) / 1000,
  });
}
