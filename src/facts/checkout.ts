import { realpath } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import { UserError } from '../kernel/errors.ts';
import type { Sourced } from '../kernel/source.ts';
import type { Files } from '../ports/files.ts';
import type { Git } from '../ports/git.ts';
import { parseRemote } from './remote.ts';

/** Where the checkout is and which GitLab project it belongs to. */
export interface Checkout {
  /** The repository's root folder. */
  root: string;
  /** The Python project's folder relative to the root, with `/`; `.` for the root itself. */
  directory: string;
  /** That folder as `--directory` names it, where the user chose it in this run. */
  directoryOption?: string;
  /** Base URL of the GitLab instance. */
  gitlabUrl: Sourced<string>;
  /** Full path of the GitLab project, spelt as in the remote or by the user. */
  projectPath: Sourced<string>;
}

/** What the command line and environment say about the remote. */
export interface RemoteWishes {
  remote?: string;
  gitlabUrl?: string;
  project?: string;
  /** The GitLab named by the environment. */
  environment?: Sourced<string>;
}

/** A remote that may be a GitLab project. */
export interface RemoteCandidate {
  name: string;
  origin: string;
  path: string;
}

/** Well-known hosts that are not GitLab, so that we never ask about a GitHub mirror. */
const otherHosts = /(^|\.)(github\.com|bitbucket\.org|codeberg\.org|sr\.ht|gitea\.com|dev\.azure\.com)$/;

/** The repository's root and the project's folder in it. Throws a `UserError` if git cannot tell. */
export async function locate(git: Git, directory: string): Promise<Pick<Checkout, 'root' | 'directory'>> {
  const root = await git.root();
  const path = relative(await realpath(root), await realpath(directory));
  return { root, directory: path.split(sep).join('/') || '.' };
}

/** Remotes that may be the GitLab project; only the requested ones if any were requested. */
export function remoteCandidates(
  remotes: { name: string; url: string }[],
  wishes: RemoteWishes,
): RemoteCandidate[] {
  if (wishes.remote !== undefined && !remotes.some(({ name }) => name === wishes.remote)) {
    const names = remotes.map(({ name }) => name).join(', ') || 'none';
    throw new UserError(
      'no-remote',
      `There is no git remote called '${wishes.remote}'.`,
      `The remotes are: ${names}.`,
    );
  }
  const parsed = remotes.flatMap(({ name, url }) => {
    const project = parseRemote(url);
    return project === undefined
      ? []
      : [{ name, origin: project.origin, host: project.host, path: project.path }];
  });
  const fitting = parsed.filter((it) =>
    wishes.remote ? it.name === wishes.remote : mayBeGitLab(it, wishes),
  );
  return fitting.map((candidate) => splitPrefix(candidate, wishes));
}

/** The candidate to use without asking: the tracked one, or the only one. */
export async function obviousRemote(
  git: Git,
  candidates: RemoteCandidate[],
): Promise<RemoteCandidate | undefined> {
  if (candidates.length < 2) return candidates[0];
  const tracked = await git.trackedRemote();
  return candidates.find(({ name }) => name === tracked);
}

/** The project's address: from the options if given, else from the remote. */
export function projectAddress(
  remote: RemoteCandidate | undefined,
  wishes: RemoteWishes,
  remotes: { name: string; url: string }[],
): Pick<Checkout, 'gitlabUrl' | 'projectPath'> {
  const url = wishes.gitlabUrl
    ? { value: wishes.gitlabUrl, source: { by: 'option' as const, name: 'gitlab-url' } }
    : remote
      ? { value: remote.origin, source: { by: 'remote' as const, name: remote.name } }
      : (wishes.environment ?? { value: 'https://gitlab.com', source: { by: 'default' as const } });
  const path = wishes.project
    ? { value: wishes.project, source: { by: 'option' as const, name: 'project' } }
    : remote && { value: remote.path, source: { by: 'remote' as const, name: remote.name } };
  if (path === undefined) throw noRemote(remotes);
  return { gitlabUrl: url, projectPath: path };
}

function mayBeGitLab(
  candidate: { origin: string; host: string; path: string },
  wishes: RemoteWishes,
): boolean {
  if (wishes.gitlabUrl === undefined) return !otherHosts.test(candidate.host.replace(/:\d+$/, ''));
  return new URL(wishes.gitlabUrl).hostname === new URL(candidate.origin).hostname;
}

/** Strips the path prefix of `--gitlab-url` from the remote's path: `https://host/gitlab` + `gitlab/group/project`. */
function splitPrefix(candidate: RemoteCandidate, wishes: RemoteWishes): RemoteCandidate {
  const base = wishes.gitlabUrl ?? wishes.environment?.value;
  if (!base || new URL(base).hostname !== new URL(candidate.origin).hostname) return candidate;
  const prefix = new URL(base).pathname.replace(/^\/+|\/+$/g, '');
  const path = candidate.path.startsWith(`${prefix}/`)
    ? candidate.path.slice(prefix.length + 1)
    : candidate.path;
  return { name: candidate.name, origin: base, path: prefix ? path : candidate.path };
}

function noRemote(remotes: { name: string; url: string }[]): UserError {
  const hosts = remotes.map(({ name, url }) => `'${name}' is on ${parseRemote(url)?.host ?? 'no server'}`);
  return new UserError(
    'no-remote',
    `${remotes.length === 0 ? 'This repository has no git remote' : `No git remote names a GitLab project: ${hosts.join(', ')}`}.`,
    `Add one with 'git remote add ${remotes.some(({ name }) => name === 'origin') ? 'gitlab' : 'origin'} <address of the project>', or give '--gitlab-url URL --project PATH'.`,
  );
}

/** A path relative to the root: the project's folder joined to a name. */
export const inDirectory = (directory: string, name: string): string =>
  directory === '.' ? name : join(directory, name).split(sep).join('/');

/** Texts of the checkout's files that a pipeline may run or that may repeat the version, by path from the root. */
export type CheckoutTexts = ReadonlyMap<string, string>;

/** More than any real project has. A larger checkout is only read in part, so scripts may appear to be missing. */
const mostFiles = 400;

const runners =
  /(?:^|\/)(?:GNUmakefile|[Mm]akefile|[Jj]ustfile|\.justfile|[Tt]askfile\.ya?ml|noxfile\.py|Pipfile|tasks\.py|tox\.ini|package\.json|setup\.(?:py|cfg)|pyproject\.toml|\.pypirc|release\.config\.[cm]?js|\.bumpversion\.\w+|\.cz\.\w+|cz\.\w+|tbump\.toml|bumpver\.toml|\.?releaserc[\w.]*|VERSION(?:\.txt)?|(?:[\w.-]+\.)?Dockerfile|Dockerfile\.[\w.-]+|\.dockerignore|CMakeLists\.txt|requirements[\w.-]*\.txt)$/;
const scripts = /\.(?:sh|bash|mk|ya?ml)$/;
const scriptFolders = /^(?:\.?ci|\.gitlab|scripts?|bin|tools?|build-?tools|dev|utils?|\.gitlab-ci)\//;
const versionHolders = /(?:^|\/)(?:__init__|__about__|_?version|__version__|conf)\.py$/;

const tests = /(?:^|\/)tests?\/(?:\w+\/)?test_\w+\.py$/;
/** Of which few say anything about the version. */
const mostTests = 100;

/** Whether a pipeline may run a file, or the file may repeat the version. */
function matters(path: string): boolean {
  const depth = path.split('/').length;
  if (runners.test(path) || scriptFolders.test(path)) return depth < 6;
  return (scripts.test(path) && depth < 5) || (versionHolders.test(path) && depth < 5);
}

/** Reads the tracked files that matter, omitting those that are not text. */
export async function readCheckoutTexts(
  files: Pick<Files, 'read'>,
  tracked: readonly string[],
): Promise<CheckoutTexts> {
  const paths = [
    ...tracked.filter(matters),
    ...tracked.filter((path) => tests.test(path)).slice(0, mostTests),
  ].slice(0, mostFiles);
  const entries = await Promise.all(
    paths.map(async (path) => [path, await files.read(path).catch(noText)] as const),
  );
  return new Map(
    entries.flatMap(([path, text]) => (text === undefined ? [] : [[posix.normalize(path), text]])),
  );
}

function noText(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
}
