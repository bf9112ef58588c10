import { isNoAnswer, networkProblem, type Reply, request } from './http.ts';
import { isTable, type Json, parseJson } from './json.ts';
import type { Network } from './network.ts';
import {
  type AttestedFile,
  type LatestUpload,
  type Ownership,
  type PackageIndex,
  PackageIndexError,
  type ProjectStatus,
  type Provenance,
  projectStatuses,
} from './package-index.ts';

/** A Warehouse over HTTP: https://docs.pypi.org/api/ */
export function connectPackageIndex(url: string, network: Network): PackageIndex {
  const get = (path: string, accept = 'application/json') => getJson(url, path, accept, network);
  return {
    url,
    // Only the simple index also lists projects without releases.
    project: async (name) => {
      const project = await get(`/simple/${name}/`, 'application/vnd.pypi.simple.v1+json');
      return project === undefined
        ? undefined
        : {
            status: readStatus(project),
            releases: readReleases(project),
            latest: readLatest(project),
            attested: newest(readAttested(project, url)),
            unattested: readUnattested(project, url),
          };
    },
    provenance: async (path) =>
      readProvenance((await get(path, 'application/vnd.pypi.integrity.v1+json')) ?? {}),
    ownership: async (name) => {
      const project = await get(`/pypi/${name}/json`);
      return project === undefined ? undefined : readOwnership(project);
    },
    audience: async () => {
      const audience = (await get('/_/oidc/audience'))?.audience;
      if (typeof audience === 'string' && /^[A-Za-z0-9._:/-]{1,100}$/.test(audience)) return audience;
      throw new PackageIndexError(`${url} does not say which audience its ID tokens need.`);
    },
  };
}

async function getJson(
  base: string,
  path: string,
  accept: string,
  network: Network,
): Promise<Record<string, Json> | undefined> {
  let address = new URL(base + path);
  for (let hops = 0; hops < 4; hops += 1) {
    const response = await ask(address, accept, network);
    const location =
      response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
    if (location === null) return readAnswer(response, base);
    const next = new URL(location, address);
    if (next.origin !== address.origin)
      throw new PackageIndexError(`${base} sends its visitors to another host (${next.host}).`);
    address = next;
  }
  throw new PackageIndexError(`${base} sends its visitors round in circles.`);
}

async function ask(address: URL, accept: string, network: Network): Promise<Reply> {
  try {
    return await request(address, { method: 'GET', headers: { accept }, network, server: address.host });
  } catch (error) {
    if (!isNoAnswer(error)) throw error;
    throw new PackageIndexError(`${address.origin} could not be reached: ${networkProblem(error)}.`, {
      cause: error,
    });
  }
}

function readAnswer(response: Reply, base: string): Record<string, Json> | undefined {
  if (response.status === 404) return undefined;
  if (!response.ok) throw new PackageIndexError(`${base} answered with the status ${response.status}.`);
  const data = parseJson(response.text);
  if (isTable(data)) return data;
  throw new PackageIndexError(`${base} does not answer as a Python package index does.`);
}

/** A missing or unknown status means active. */
function readStatus({ 'project-status': marker }: Record<string, Json>): ProjectStatus {
  const status = isTable(marker) ? marker.status : undefined;
  return projectStatuses.find((it) => it === status) ?? 'active';
}

/** Since version 1.1 of the simple API: https://peps.python.org/pep-0700/ */
function readReleases({ versions }: Record<string, Json>): string[] {
  return Array.isArray(versions) ? versions.filter((it) => typeof it === 'string') : [];
}

/** An address on another host is none of this index's provenances. */
function readAttested({ files }: Record<string, Json>, url: string): AttestedFile[] {
  const rows = Array.isArray(files) ? files.filter(isTable) : [];
  return rows.flatMap(({ filename, provenance, 'upload-time': at }) => {
    if (typeof filename !== 'string' || typeof provenance !== 'string') return [];
    const address = URL.canParse(provenance, `${url}/`) ? new URL(provenance, `${url}/`) : undefined;
    if (address === undefined || address.origin !== new URL(url).origin) return [];
    if (!/^\/integrity\/[^/]+\/[^/]+\/[^/]+\/provenance$/.test(address.pathname)) return [];
    return [{ filename, path: address.pathname, uploadedAt: typeof at === 'string' ? at : '' }];
  });
}

/** Files that are yanked are no news. */
function readLatest({ files }: Record<string, Json>): LatestUpload | undefined {
  const rows = Array.isArray(files) ? files.filter(isTable) : [];
  const told = rows.flatMap(({ filename, yanked, 'upload-time': at }) =>
    typeof filename !== 'string' || typeof at !== 'string' || (yanked !== undefined && yanked !== false)
      ? []
      : [{ filename, uploadedAt: at }],
  );
  const last = newest(told);
  const version = versionOf(last?.filename ?? '');
  return last === undefined || version === undefined ? undefined : { version, uploadedAt: last.uploadedAt };
}

/** The release that was uploaded last, unless one of its files is attested or no file of the project is. */
function readUnattested(project: Record<string, Json>, url: string): string | undefined {
  const attested = readAttested(project, url);
  const version = readLatest(project)?.version;
  if (attested.length === 0 || version === undefined) return undefined;
  return attested.some(({ filename }) => versionOf(filename) === version) ? undefined : version;
}

function newest<T extends { uploadedAt: string }>(files: T[]): T | undefined {
  return files.reduce<T | undefined>(
    (last, file) => (last === undefined || file.uploadedAt >= last.uploadedAt ? file : last),
    undefined,
  );
}

/** https://packaging.python.org/en/latest/specifications/source-distribution-format/ and binary-distribution-format */
const versionOf = (filename: string): string | undefined =>
  filename.endsWith('.whl') ? filename.split('-')[1] : /-([^-]+)\.(?:tar\.gz|zip)$/.exec(filename)?.[1];

function readProvenance({ attestation_bundles: bundles }: Record<string, Json>): Provenance[] {
  const text = (value: Json | undefined) => (typeof value === 'string' ? value : '');
  const rows = Array.isArray(bundles) ? bundles.filter(isTable) : [];
  return rows.flatMap(({ publisher }) => {
    if (!isTable(publisher)) return [];
    const { kind, repository, workflow_filepath: file, environment } = publisher;
    return [
      {
        kind: text(kind),
        repository: text(repository),
        workflowFilepath: text(file),
        environment: typeof environment === 'string' && environment !== '' ? environment : null,
      },
    ];
  });
}

/** Roles as published by the index: https://docs.pypi.org/api/json/ */
function readOwnership({ ownership }: Record<string, Json>): Ownership {
  const roles = isTable(ownership) && Array.isArray(ownership.roles) ? ownership.roles.filter(isTable) : [];
  const users = (role: string) => roles.filter((it) => it.role === role).map(({ user }) => String(user));
  const organization = isTable(ownership) ? ownership.organization : undefined;
  return {
    owners: users('Owner'),
    maintainers: users('Maintainer'),
    ...(typeof organization === 'string' ? { organization } : {}),
  };
}
