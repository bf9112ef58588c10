import {
  type Incoming,
  type LoggedRequest,
  type Outgoing,
  type RehearsalServer,
  startServer,
} from '../http-server.ts';
import { burnToken, mintToken } from './mint-token.ts';
import { normalized } from './names.ts';
import { manageAccount, manageProject, projectPage } from './pages.ts';
import type { IndexState } from './state.ts';
import { upload } from './upload.ts';

/** A Warehouse on the loopback interface: where a Trusted Publisher is registered, and what it may do then. */
export interface RehearsalIndex extends RehearsalServer {
  state: IndexState;
  writes(): LoggedRequest[];
}

/** Starts a rehearsal index on that state. */
export async function startPackageIndex(
  state: IndexState,
  options: { port?: number; latency?: number } = {},
): Promise<RehearsalIndex> {
  const server = await startServer((request) => handle(state, request), options);
  return Object.assign(server, { state, writes: () => server.log.filter(({ method }) => method !== 'GET') });
}

type Route = [pattern: RegExp, answer: (state: IndexState, request: Incoming, name: string) => Outgoing];

const routes: Route[] = [
  [/^\/simple\/([^/]+)\/$/, simple],
  [/^\/pypi\/([^/]+)\/json$/, json],
  [/^\/_\/oidc\/audience$/, ({ audience }) => ({ status: 200, body: { audience } })],
  [/^\/_\/oidc\/mint-token$/, mintToken],
  [/^\/_\/oidc\/burn-token$/, burnToken],
  [/^\/legacy\/$/, upload],
  [/^\/project\/([^/]+)\/$/, projectPage],
  [/^\/manage\/project\/([^/]+)\/settings\/publishing\/$/, manageProject],
  [/^\/manage\/account\/publishing\/$/, manageAccount],
];

function handle(state: IndexState, request: Incoming): Outgoing {
  for (const [pattern, answer] of routes) {
    const found = pattern.exec(request.path);
    if (found) return answer(state, request, decodeURIComponent(found[1] ?? ''));
  }
  return { status: 404, body: '<h1>404 Not Found</h1>' };
}

/** The simple API tells also of a project without releases: https://docs.pypi.org/api/index-api/ */
function simple({ projects, files }: IndexState, request: Incoming, name: string): Outgoing {
  if (normalized(name) !== name)
    return { status: 301, headers: { location: `/simple/${normalized(name)}/` } };
  const project = projects.find((it) => normalized(it.name) === name);
  if (!project) return { status: 404, body: '<h1>404 Not Found</h1>' };
  const listed = files
    .filter((file) => file.project === name)
    .map(({ filename, sha256 }) => ({ filename, url: `/files/${filename}`, hashes: { sha256 } }));
  const wantsJson = request.headers.accept?.includes('application/vnd.pypi.simple.v1+json');
  if (!wantsJson) {
    const links = listed.map(
      ({ filename, url, hashes }) => `<a href="${url}#sha256=${hashes.sha256}">${filename}</a>`,
    );
    return { status: 200, body: `<h1>Links for ${name}</h1>${links.join('')}` };
  }
  const body = { meta: { 'api-version': '1.4' }, name, versions: project.releases, files: listed };
  return { status: 200, body, headers: { 'content-type': 'application/vnd.pypi.simple.v1+json' } };
}

/** The JSON API knows only projects with a release: https://docs.pypi.org/api/json/ */
function json({ projects }: IndexState, _: Incoming, name: string): Outgoing {
  const project = projects.find((it) => normalized(it.name) === normalized(name));
  if (!project || project.releases.length === 0) return { status: 404, body: { message: 'Not Found' } };
  const role = (kind: string) => (user: string) => ({ role: kind, user });
  const roles = [...project.owners.map(role('Owner')), ...project.maintainers.map(role('Maintainer'))];
  const ownership = { roles, organization: project.organization ?? null };
  return { status: 200, body: { info: { name: project.name, version: project.releases.at(-1) }, ownership } };
}
