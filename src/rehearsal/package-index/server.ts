import {
  type Incoming,
  type LoggedRequest,
  type Outgoing,
  type RehearsalServer,
  startServer,
} from '../http-server.ts';
import { provenance } from './attestations.ts';
import { mintToken } from './mint-token.ts';
import { normalized } from './names.ts';
import { manageAccount, manageProject, missingPage, projectPage, startPage, tokenPage } from './pages.ts';
import type { IndexState } from './state.ts';
import { upload } from './upload.ts';

/** A Warehouse on the loopback interface: registers Trusted Publishers and lets them upload. */
export interface RehearsalIndex extends RehearsalServer {
  state: IndexState;
  writes(): LoggedRequest[];
}

/** Starts a rehearsal index with that state. */
export async function startPackageIndex(
  state: IndexState,
  options: { port?: number; latency?: number } = {},
): Promise<RehearsalIndex> {
  const server = await startServer((request) => handle(state, request), options);
  return Object.assign(server, { state, writes: () => server.log.filter(({ method }) => method !== 'GET') });
}

type Endpoint = [pattern: RegExp, answer: (state: IndexState, request: Incoming, name: string) => Outgoing];

const endpoints: Endpoint[] = [
  [/^\/simple\/([^/]+)\/$/, simple],
  [/^\/pypi\/([^/]+)\/json$/, json],
  [/^\/_\/oidc\/audience$/, audience],
  [/^\/_\/oidc\/mint-token$/, mintToken],
  [/^\/legacy$/, (_, request) => moved(request, 308, '/legacy/')],
  [/^\/legacy\/$/, upload],
  [/^\/integrity\/([^/]+)\/[^/]+\/[^/]+\/provenance$/, provenance],
  [/^\/$/, startPage],
  [/^\/project\/([^/]+)\/(?:[^/]+\/)?$/, projectPage],
  [/^\/account\/login\/$/, startPage],
  [/^\/manage\/account\/token\/$/, tokenPage],
  [/^\/manage\/organizations\/$/, manageAccount],
  [/^\/manage\/project\/([^/]+)\/settings\/publishing\/$/, manageProject],
  [/^\/manage\/account\/publishing\/$/, manageAccount],
];

/** Redirects to an absolute URL on this index. */
function moved({ origin }: Incoming, status: number, path: string): Outgoing {
  return { status, headers: { location: `${origin}${path}` } };
}

function audience({ audience: name, switchedOff = [] }: IndexState, { method }: Incoming): Outgoing {
  if (method !== 'GET') return { status: 405, body: '<h1>405 Method Not Allowed</h1>' };
  return switchedOff.includes('trusted publishing')
    ? { status: 403, body: { message: 'Trusted publishing functionality not enabled' } }
    : { status: 200, body: { audience: name } };
}

function handle(state: IndexState, request: Incoming): Outgoing {
  for (const [pattern, answer] of endpoints) {
    const found = pattern.exec(request.path);
    if (found) return answer(state, request, decodeURIComponent(found[1] ?? ''));
  }
  return missingPage(state);
}

/** The simple API also lists projects without releases: https://docs.pypi.org/api/index-api/ */
function simple({ projects, files }: IndexState, request: Incoming, name: string): Outgoing {
  if (normalized(name) !== name) return moved(request, 301, `/simple/${normalized(name)}/`);
  const project = projects.find((it) => normalized(it.name) === name);
  if (!project) return { status: 404, body: '<h1>404 Not Found</h1>' };
  const { status = 'active' } = project;
  const listed = files
    .filter((file) => file.project === name && status !== 'quarantined')
    .map(({ filename, version, sha256, uploadedAt, attestations }) => ({
      filename,
      url: `/files/${filename}`,
      hashes: { sha256 },
      ...(uploadedAt === undefined ? {} : { 'upload-time': uploadedAt }),
      // https://peps.python.org/pep-0740/
      provenance:
        attestations === undefined
          ? null
          : `http://${request.headers.host}/integrity/${name}/${version}/${filename}/provenance`,
    }));
  const wantsJson = request.headers.accept?.includes('application/vnd.pypi.simple.v1+json');
  if (!wantsJson) {
    const links = listed.map(
      ({ filename, url, hashes }) => `<a href="${url}#sha256=${hashes.sha256}">${filename}</a>`,
    );
    return { status: 200, body: `<h1>Links for ${name}</h1>${links.join('')}` };
  }
  const body = {
    meta: { 'api-version': '1.4' },
    name,
    versions: status === 'quarantined' ? [] : project.releases,
    files: listed,
    'project-status': { status },
  };
  return { status: 200, body, headers: { 'content-type': 'application/vnd.pypi.simple.v1+json' } };
}

/** The JSON API only knows projects with a release: https://docs.pypi.org/api/json/ */
function json({ projects }: IndexState, request: Incoming, name: string): Outgoing {
  const project = projects.find((it) => normalized(it.name) === normalized(name));
  if (!project || project.releases.length === 0 || project.status === 'quarantined')
    return { status: 404, body: { message: 'Not Found' } };
  if (normalized(project.name) !== name) return moved(request, 301, `/pypi/${normalized(name)}/json`);
  const role = (kind: string) => (user: string) => ({ role: kind, user });
  const roles = [...project.owners.map(role('Owner')), ...project.maintainers.map(role('Maintainer'))];
  const ownership = { roles, organization: project.organization ?? null };
  return { status: 200, body: { info: { name: project.name, version: project.releases.at(-1) }, ownership } };
}
