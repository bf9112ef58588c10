import { realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { UserError } from '../kernel/errors.ts';
import type { Sourced } from '../kernel/source.ts';
import type { Git } from '../ports/git.ts';
import { parseRemote } from './remote.ts';

/** Where the checkout is and which GitLab project it belongs to. */
export interface Checkout {
  /** The repository's top folder. */
  root: string;
  /** The Python project's folder from the root, with `/`; `.` for the root itself. */
  directory: string;
  /** Base URL of the GitLab instance. */
  gitlabUrl: Sourced<string>;
  /** Full path of the GitLab project as the remote or the user spells it. */
  projectPath: Sourced<string>;
}

/** What the command line and the environment say about the remote. */
export interface RemoteWishes {
  remote?: string;
  gitlabUrl?: string;
  project?: string;
  /** The GitLab that the environment names. */
  environment?: Sourced<string>;
}

/** A remote that may be a GitLab project. */
export interface RemoteCandidate {
  name: string;
  origin: string;
  path: string;
}

/** Well-known hosts that are not GitLab, so that a GitHub mirror is never asked about. */
const otherHosts = /(^|\.)(github\.com|bitbucket\.org|codeberg\.org|sr\.ht|gitea\.com|dev\.azure\.com)$/;

/** The repository's top folder and the project's folder in it. Throws a `UserError` where git cannot tell. */
export async function locate(git: Git, directory: string): Promise<Pick<Checkout, 'root' | 'directory'>> {
  const root = await git.root();
  const path = relative(await realpath(root), await realpath(directory));
  return { root, directory: path.split(sep).join('/') || '.' };
}

/** The remotes that may name the GitLab project, those that were wished for alone where a wish was given. */
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

/** The candidate to take without asking: the tracked one, or the only one. */
export async function obviousRemote(
  git: Git,
  candidates: RemoteCandidate[],
): Promise<RemoteCandidate | undefined> {
  if (candidates.length < 2) return candidates[0];
  const tracked = await git.trackedRemote();
  return candidates.find(({ name }) => name === tracked);
}

/** The project's address, from the options where they say it and else from the remote. */
export function projectAddress(
  remote: RemoteCandidate | undefined,
  wishes: RemoteWishes,
): Pick<Checkout, 'gitlabUrl' | 'projectPath'> {
  const url = wishes.gitlabUrl
    ? { value: wishes.gitlabUrl, source: { by: 'option' as const, name: 'gitlab-url' } }
    : remote
      ? { value: remote.origin, source: { by: 'remote' as const, name: remote.name } }
      : (wishes.environment ?? { value: 'https://gitlab.com', source: { by: 'default' as const } });
  const path = wishes.project
    ? { value: wishes.project, source: { by: 'option' as const, name: 'project' } }
    : remote && { value: remote.path, source: { by: 'remote' as const, name: remote.name } };
  if (path === undefined) throw noRemote();
  return { gitlabUrl: url, projectPath: path };
}

function mayBeGitLab(
  candidate: { origin: string; host: string; path: string },
  wishes: RemoteWishes,
): boolean {
  if (wishes.gitlabUrl === undefined) return !otherHosts.test(candidate.host.replace(/:\d+$/, ''));
  return new URL(wishes.gitlabUrl).hostname === new URL(candidate.origin).hostname;
}

/** Takes the path prefix of `--gitlab-url` off the remote's path: `https://host/gitlab` + `gitlab/group/project`. */
function splitPrefix(candidate: RemoteCandidate, wishes: RemoteWishes): RemoteCandidate {
  const base = wishes.gitlabUrl ?? wishes.environment?.value;
  if (!base || new URL(base).hostname !== new URL(candidate.origin).hostname) return candidate;
  const prefix = new URL(base).pathname.replace(/^\/+|\/+$/g, '');
  const path = candidate.path.startsWith(`${prefix}/`)
    ? candidate.path.slice(prefix.length + 1)
    : candidate.path;
  return { name: candidate.name, origin: base, path: prefix ? path : candidate.path };
}

function noRemote(): UserError {
  return new UserError(
    'no-remote',
    'No git remote names a GitLab project.',
    "Add one with 'git remote add origin <address of the project>', or give '--gitlab-url URL --project PATH'.",
  );
}

/** The pipeline's and the Python project's files are named from the root: joins the project's folder to a name. */
export const inDirectory = (directory: string, name: string): string =>
  directory === '.' ? name : join(directory, name).split(sep).join('/');
