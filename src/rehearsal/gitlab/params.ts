import type { Incoming } from '../http-server.ts';
import { type Params, refuse } from './call.ts';

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
