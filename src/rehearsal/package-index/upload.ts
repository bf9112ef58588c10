import { createHash } from 'node:crypto';
import { escapeHtml } from '../html.ts';
import type { Incoming, Outgoing } from '../http-server.ts';
import { attestationProblem } from './attestations.ts';
import { normalized } from './names.ts';
import type { ApiToken, IndexProject, IndexState, UploadedFile } from './state.ts';
import { fileProblem } from './upload-filename.ts';
import { metadataProblem } from './upload-metadata.ts';

/** Accepts a file from the holder of an API token, or rejects it in the words of `warehouse/forklift/legacy.py`. */
export function upload(state: IndexState, request: Incoming): Outgoing {
  const form = readMultipart(request.headers['content-type'], request.bytes);
  if (request.method !== 'POST' || form?.fields[':action']?.[0] !== 'file_upload')
    return { status: 404, body: '<h1>404 Not Found</h1>' };
  if (state.switchedOff?.includes('uploads'))
    return answer(
      403,
      'New uploads are temporarily disabled. See https://pypi.org/help/#admin-intervention for more information.',
    );
  const token = tokenOf(state, request.headers.authorization);
  if (typeof token === 'string') return answer(403, token);
  const unsound = metadataProblem(form.fields);
  if (unsound !== undefined)
    return answer(
      400,
      `${unsound} See https://packaging.python.org/specifications/core-metadata for more information.`,
    );
  const malformed = formProblem(form);
  if (malformed !== undefined || form.file === undefined) return answer(400, malformed ?? noFile);
  const [name = '', version = ''] = [form.fields.name?.[0], form.fields.version?.[0]];
  const project =
    state.projects.find((it) => normalized(it.name) === normalized(name)) ?? created(state, name, token);
  if (!project) return answer(400, unknownProject);
  const forbidden = permissionProblem(project, token);
  if (forbidden !== undefined) return answer(403, forbidden);
  const { filename, content } = form.file;
  const problem = fileProblem({
    filename,
    content,
    filetype: form.fields.filetype?.[0] ?? '',
    projectName: project.name,
    version,
    licenceFiles: form.fields.license_files ?? [],
  });
  if (problem !== undefined) return answer(400, problem);
  const file = { ...fileOf(name, version, form.file), publisher: token.publisher };
  return stored(state, project, file, form);
}

/** The first upload by a user creates the project; that of a publisher does not. */
function created(state: IndexState, name: string, token: ApiToken): IndexProject | undefined {
  if (token.publisher !== undefined || !token.projects.includes(normalized(name))) return undefined;
  const project = { name, owners: [state.user], maintainers: [], releases: [], publishers: [] };
  state.projects.push(project);
  return project;
}

/** Stores a valid file, unless it conflicts with what the index has. */
function stored(state: IndexState, project: IndexProject, file: UploadedFile, form: Multipart): Outgoing {
  const known = state.files.find(({ filename }) => filename === file.filename);
  if (known) {
    const hash = form.fields.blake2_256_digest?.[0] ?? '';
    return known.sha256 === file.sha256 ? answer(200, 'OK') : answer(400, existing(file.filename, hash));
  }
  if (state.deletedFiles?.includes(file.filename)) return answer(400, deleted);
  const since = project.releasedAt?.[file.version];
  if (since !== undefined && Date.now() / 1000 - since > 14 * 24 * 3600)
    return answer(400, 'Uploading new files to releases older than 14 days is not allowed.');
  const siblings = state.files.filter((it) => it.project === file.project && it.version === file.version);
  if (isSdist(file) && siblings.some(isSdist))
    return answer(400, 'Only one sdist may be uploaded per release.');
  const attestations = form.fields.attestations?.[0];
  if (attestations !== undefined) {
    const problem = attestationProblem(attestations, file.publisher !== undefined);
    if (problem === 'crash') return answer(500, 'Internal Server Error');
    if (problem !== undefined) return answer(400, `Invalid attestations supplied during upload: ${problem}`);
    file.attestations = JSON.parse(attestations) as unknown[];
  }
  state.files.push(file);
  if (!project.releases.includes(file.version)) {
    project.releases.push(file.version);
    project.releasedAt = { ...project.releasedAt, [file.version]: Math.floor(Date.now() / 1000) };
  }
  return answer(200, 'OK');
}

const isSdist = ({ filename }: UploadedFile) => !filename.endsWith('.whl');

/** What happens if a pending publisher's project name differs from the package's. */
const unknownProject =
  "Non-user identities cannot create new projects. This was probably caused by successfully using a pending publisher but specifying the project name incorrectly (either in the publisher or in your project's metadata). Please ensure that both match. See: https://docs.pypi.org/trusted-publishers/troubleshooting/";

const noFile = 'Upload payload does not have a file.';

const existing = (filename: string, hash: string) =>
  `File already exists ('${filename}', with blake2_256 hash '${hash}'). See https://pypi.org/help/#file-name-reuse for more information.`;

const deleted =
  'This filename was previously used by a file that has since been deleted. Use a different version. See https://pypi.org/help/#file-name-reuse for more information.';

function fileOf(name: string, version: string, { filename, content }: NonNullable<Multipart['file']>) {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const uploadedAt = new Date().toISOString();
  return { filename, project: normalized(name), version, sha256, uploadedAt };
}

/** Required by the form besides the metadata: the kind of file, its Python and a matching digest. */
function formProblem({ fields, file }: Multipart): string | undefined {
  const [filetype, python] = [fields.filetype?.[0], fields.pyversion?.[0] ?? ''];
  if (filetype !== 'sdist' && filetype !== 'bdist_wheel')
    return 'Invalid value for filetype. Error: Use a known file type.';
  if (filetype === 'bdist_wheel' && python === '')
    return 'Python version is required for binary distribution uploads.';
  if (filetype === 'sdist' && !['', 'source'].includes(python))
    return "Use 'source' as Python version for an sdist.";
  const digests = { md5: fields.md5_digest?.[0], sha256: fields.sha256_digest?.[0] };
  if (!digests.md5 && !digests.sha256 && !fields.blake2_256_digest?.[0])
    return 'Include at least one message digest.';
  const isWrong = Object.entries(digests).some(
    ([algorithm, digest]) =>
      digest && file && createHash(algorithm).update(file.content).digest('hex') !== digest.toLowerCase(),
  );
  return isWrong
    ? 'The digest supplied does not match a digest calculated from the uploaded file.'
    : undefined;
}

/** Only the beginning of the first message was seen in reality. */
function permissionProblem({ name, status = 'active' }: IndexProject, token: ApiToken): string | undefined {
  if (!token.projects.includes(normalized(name)))
    return `Invalid API Token: OIDC scoped token is not valid for project '${name}'`;
  return status === 'active'
    ? undefined
    : `The given token isn't allowed to upload to project '${name}'. See https://pypi.org/help/#project-name for more information.`;
}

/** The valid token sent as the password of `__token__`; else why access is denied. */
function tokenOf({ apiTokens }: IndexState, authorization = ''): ApiToken | string {
  const [scheme = '', credentials = ''] = authorization.split(' ');
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  if (scheme.toLowerCase() !== 'basic') return notAuthenticated;
  if (!text.startsWith('__token__:'))
    return 'Username/Password authentication is no longer supported. Migrate to API Tokens or Trusted Publishers instead. See https://pypi.org/help/#apitoken and https://pypi.org/help/#trusted-publishers';
  const now = Date.now() / 1000;
  const token = apiTokens.find(({ secret, expires }) => text === `__token__:${secret}` && now < expires);
  return token ?? notAuthenticated;
}

const notAuthenticated =
  'Invalid or non-existent authentication information. See https://pypi.org/help/#invalid-auth for more information.';

/** A response as Warehouse sends it, with the message where twine looks (the phrase) and where uv does (the body). */
function answer(status: number, message: string): Outgoing {
  const text = escapeHtml(message);
  return {
    status,
    reason: message,
    body: `<html><head><title>${status} ${text}</title></head><body><h1>${status} ${text}</h1></body></html>`,
  };
}

/** The parts of a form that includes a file. */
interface Multipart {
  /** All values of each field, in order. */
  fields: Record<string, string[]>;
  file?: { filename: string; content: Buffer };
}

/** Parses a `multipart/form-data` body (RFC 7578); undefined if it is not one. */
function readMultipart(contentType: string | undefined, body: Buffer): Multipart | undefined {
  const [, quoted, plain] =
    /^multipart\/form-data;.*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? '') ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return undefined;
  const parts: Multipart = { fields: {} };
  for (const part of split(body, `--${boundary}`)) {
    const end = part.indexOf('\r\n\r\n');
    if (end < 0) continue;
    const head = part.subarray(0, end).toString('utf8');
    const content = part.subarray(end + 4, part.length - 2);
    const name = /[ ;]name="([^"]*)"/i.exec(head)?.[1] ?? '';
    const filename = /filename="([^"]*)"/i.exec(head)?.[1];
    if (filename !== undefined) parts.file = { filename, content };
    else parts.fields[name] = [...(parts.fields[name] ?? []), content.toString('utf8')];
  }
  return parts;
}

function split(body: Buffer, delimiter: string): Buffer[] {
  const parts: Buffer[] = [];
  let from = body.indexOf(delimiter);
  while (from >= 0) {
    const to = body.indexOf(delimiter, from + delimiter.length);
    if (to < 0) break;
    parts.push(body.subarray(from + delimiter.length, to));
    from = to;
  }
  return parts;
}
