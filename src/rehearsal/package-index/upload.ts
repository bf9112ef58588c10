import { createHash } from 'node:crypto';
import { escapeHtml } from '../html.ts';
import type { Incoming, Outgoing } from '../http-server.ts';
import { type Multipart, readMultipart } from './multipart.ts';
import { normalized } from './names.ts';
import type { ApiToken, IndexState, UploadedFile } from './state.ts';

/** Takes a file from whoever has an API token, or refuses it in the words of `warehouse/forklift/legacy.py`. */
export function upload(state: IndexState, request: Incoming): Outgoing {
  if (request.method !== 'POST') return answer(405, 'Method Not Allowed');
  const token = tokenOf(state, request.headers.authorization);
  if (!token) return answer(403, 'Invalid or non-existent authentication information.');
  const form = readMultipart(request.headers['content-type'], request.bytes);
  if (form?.file === undefined || form.fields[':action'] !== 'file_upload')
    return answer(400, 'Invalid value for :action. Error: Use one of the following: file_upload');
  const name = form.fields.name ?? '';
  const project = state.projects.find((it) => normalized(it.name) === normalized(name));
  if (!project) return answer(400, unknownProject);
  if (!token.projects.includes(normalized(name)))
    return answer(403, `The given token isn't allowed to upload to project '${project.name}'.`);
  const file = { ...fileOf(form.fields, form.file), publisher: token.publisher };
  const problem = problemOf(file, form.fields);
  if (problem !== undefined) return answer(400, problem);
  const known = state.files.find(({ filename }) => filename === file.filename);
  if (known) return known.sha256 === file.sha256 ? answer(200, 'OK') : answer(400, existing(file.filename));
  state.files.push(file);
  if (!project.releases.includes(file.version)) project.releases.push(file.version);
  return answer(200, 'OK');
}

/** What happens when a pending publisher has another name than the package. */
const unknownProject =
  "Non-user identities cannot create new projects. This was probably caused by successfully using a pending publisher but specifying the project name incorrectly (either in the publisher or in your project's metadata). Please ensure that both match. See: https://docs.pypi.org/trusted-publishers/troubleshooting/";

const existing = (filename: string) =>
  `File already exists ('${filename}'). See https://pypi.org/help/#file-name-reuse for more information.`;

function fileOf(fields: Multipart['fields'], file: NonNullable<Multipart['file']>) {
  return {
    filename: file.filename,
    project: normalized(fields.name ?? ''),
    version: fields.version ?? '',
    sha256: createHash('sha256').update(file.content).digest('hex'),
  };
}

function problemOf(file: UploadedFile, fields: Multipart['fields']): string | undefined {
  const { filename, project, version, sha256 } = file;
  if (version.includes('+')) return `The use of local versions in '${version}' is not allowed.`;
  if (fields.sha256_digest !== undefined && fields.sha256_digest !== sha256)
    return 'The digest supplied does not match a digest calculated from the uploaded file.';
  const expected = `${project.replaceAll('-', '_')}-${version}.tar.gz`;
  if (fields.filetype === 'sdist' && filename !== expected)
    return `Filename '${filename}' is invalid, should be '${expected}'.`;
  return undefined;
}

/** The token that was sent as the password of `__token__`, while it is valid. */
function tokenOf({ apiTokens }: IndexState, authorization = ''): ApiToken | undefined {
  const [scheme, credentials = ''] = authorization.split(' ');
  if (scheme?.toLowerCase() !== 'basic') return undefined;
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  const now = Date.now() / 1000;
  return apiTokens.find(({ secret, expires }) => text === `__token__:${secret}` && now < expires);
}

/** An answer as Warehouse gives it, with the message where twine looks (the phrase) and where uv does (the body). */
function answer(status: number, message: string): Outgoing {
  const text = escapeHtml(message);
  return {
    status,
    reason: message,
    body: `<html><head><title>${status} ${text}</title></head><body><h1>${status} ${text}</h1></body></html>`,
  };
}
