import type { Incoming, Outgoing } from '../http-server.ts';
import type { GitLabState, ProjectState, TokenState, UserState } from './state.ts';

/** Parameters of a request, from both query and body. */
export type Params = Record<string, unknown>;

/** A request from a known sender. */
export interface Call {
  state: GitLabState;
  request: Incoming;
  token: TokenState;
  user: UserState;
  params: Params;
}

/** A request about a project. */
export interface ProjectCall extends Call {
  project: ProjectState;
  /** The sender's access level on the project; 0 for none. */
  level: number;
  /** Base URL of the instance. */
  base: string;
}

/** Ends a request with a response. */
export class Answered extends Error {
  constructor(readonly reply: Outgoing) {
    super('answered');
  }
}

const reply = (status: number, body: unknown, headers: Record<string, string> = {}): Answered =>
  new Answered({ status, body, headers });

/** GitLab's errors, each in its own shape. */
export const refuse = {
  notFound: (what: string) => reply(404, { message: `404 ${what} Not Found` }),
  noRecord: () => reply(404, { message: '404 Not found' }),
  noRoute: () => reply(404, { error: '404 Not Found' }),
  fields: (fields: Record<string, string[]>) => reply(400, { message: fields }),
  sentences: (sentences: string[]) => reply(422, { message: sentences }),
  conflict: (message: string | string[]) => reply(409, { message }),
  parameter: (error: string) => reply(400, { error }),
  forbidden: (reason = '') => reply(403, { message: `403 Forbidden${reason && ` - ${reason}`}` }),
  badRequest: (reason: string) => reply(400, { message: `400 Bad request - ${reason}` }),
  text: (message: string) => reply(400, { message }),
  methodNotAllowed: () => reply(405, { message: '405 Method Not Allowed' }),
  unauthorized: () => reply(401, { message: '401 Unauthorized' }),
  invalidToken: (description: string) =>
    reply(401, { error: 'invalid_token', error_description: description }),
  scope: () =>
    reply(403, {
      error: 'insufficient_scope',
      error_description: 'The request requires higher privileges than provided by the access token.',
      scope: 'api',
    }),
  permission: (permission: string) =>
    reply(403, {
      error: 'insufficient_granular_scope',
      error_description: `Access denied: Your fine-grained personal access token lacks the required permissions: [${permission}].`,
    }),
  movedRead: (location: string) =>
    reply(301, `This resource has been moved permanently to ${location}`, {
      location,
      'content-type': 'text/plain',
    }),
  movedWrite: () => reply(405, { message: 'Non GET methods are not allowed for moved projects' }),
};

/** Throws unless the sender has at least this role, or a custom role with this power. */
export function requireLevel(call: ProjectCall, level: number, power = ''): void {
  const row = call.project.members.find(({ userId }) => userId === call.user.id);
  if (call.level < level && row?.member_role?.[power] !== true) throw refuse.forbidden();
}

/** Throws below a level, and for everyone if a feature that environments need is off. */
export function requireEnvironments(call: ProjectCall, level: number): void {
  const { environments_access_level, builds_access_level, repository_access_level } = call.project;
  const off = [environments_access_level, builds_access_level, repository_access_level].includes('disabled');
  if (off) throw refuse.forbidden();
  requireLevel(call, level);
}

/** A required parameter, or Grape's error. */
export function required(params: Params, name: string): unknown {
  if (params[name] === undefined) throw refuse.parameter(`${name} is missing`);
  return params[name];
}

/** One page of a list, with the headers that link to the others. */
export function paginated({ request }: Call, rows: unknown[]): Outgoing {
  const number = (name: string, usual: number) => Number(request.query.get(name)) || usual;
  const perPage = Math.min(100, number('per_page', 20));
  const page = number('page', 1);
  const pages = Math.max(1, Math.ceil(rows.length / perPage));
  const link = (rel: string, to: number) => {
    const query = new URLSearchParams(request.query);
    query.set('page', String(to));
    query.set('per_page', String(perPage));
    return `<${request.origin}${request.path}?${query}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link('prev', page - 1)] : []),
    ...(page < pages ? [link('next', page + 1)] : []),
    link('first', 1),
    link('last', pages),
  ];
  return {
    status: 200,
    body: rows.slice((page - 1) * perPage, page * perPage),
    headers: {
      link: links.join(', '),
      'x-page': String(page),
      'x-per-page': String(perPage),
      'x-prev-page': page > 1 ? String(page - 1) : '',
      'x-next-page': page < pages ? String(page + 1) : '',
      'x-total': String(rows.length),
      'x-total-pages': String(pages),
    },
  };
}

/** The parameters of a request; `a[][b]=1&a[][c]=2` in a query makes a list of objects, as in Rails. */
export function readParams({ query, body }: Incoming): Params {
  const params: Params = {};
  for (const [key, value] of query) setParam(params, key, value);
  return { ...params, ...readBody(body) };
}

function readBody(body: string): Params {
  if (body.trim() === '') return {};
  try {
    return JSON.parse(body) as Params;
  } catch {
    throw refuse.badRequest('the body is not JSON');
  }
}

function setParam(params: Params, key: string, value: string): void {
  const [, name = key, rest = ''] = /^([^[]+)(.*)$/.exec(key) ?? [];
  if (rest === '') params[name] = value;
  else if (rest === '[]') params[name] = [...((params[name] as string[]) ?? []), value];
  else if (rest.startsWith('[][')) pushField(params, name, rest.slice(3, -1), value);
  else params[name] = { ...((params[name] as object) ?? {}), [rest.slice(1, -1)]: value };
}

/** A field that the last object already has starts the next object. */
function pushField(params: Params, name: string, field: string, value: string): void {
  const list = (params[name] as Record<string, string>[] | undefined) ?? [];
  const last = list.at(-1);
  params[name] =
    last && !(field in last)
      ? [...list.slice(0, -1), { ...last, [field]: value }]
      : [...list, { [field]: value }];
}
