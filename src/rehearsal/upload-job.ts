import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { Refusal } from '../kernel/release-event.ts';
import { sdistOf, wheelOf } from './distributions.ts';
import type { World } from './world.ts';
import { shownAt } from './world.ts';

/** A job that uploads, with what GitLab would tell of it in its ID token. */
export interface UploadJob {
  index: 'pypi' | 'testpypi';
  environment: string;
  /** The audience of its ID token; absent for a job that has none. */
  audience?: string;
  /** The API token of its variables, for a job without an ID token. */
  apiToken?: string;
  projectPath: string;
  pipelineFile: string;
  /** `refs/heads/main`, `refs/tags/v1.0`. */
  refPath: string;
  sha: string;
  /** What is uploaded. */
  name: string;
  version: string;
}

/** What the client printed, and why the index refused, if it did. */
export interface UploadOutcome {
  log: string;
  refusal?: Refusal;
}

/** Exchanges the job's ID token and uploads a wheel and an sdist, as `uv publish` does. */
export async function runUploadJob(world: World, job: UploadJob): Promise<UploadOutcome> {
  const index = world[job.index];
  const files = filesOf(job);
  const address =
    job.index === 'pypi' ? 'https://upload.pypi.org/legacy/' : `${shownAt(world).testpypi}/legacy/`;
  const start = `Publishing ${files.length} files to ${address}`;
  const claims = claimsOf(world, job);
  const credential =
    job.audience === undefined
      ? { secret: job.apiToken ?? '' }
      : await exchange(index.url, signedBy(world, job, claims));
  if ('refusal' in credential)
    return {
      refusal: refusalIn(credential.refusal),
      log: `${start}\n${refusalLog(credential.refusal, claims)}`,
    };
  const lines = [start];
  for (const file of files) {
    lines.push(`Uploading ${file.filename} (${file.content.length}B)`);
    const answer = await upload(index.url, credential.secret, job, file);
    if (answer.ok) continue;
    const reason = decoded(/<h1>\d+ ([\s\S]*?)<\/h1>/.exec(await answer.text())?.[1] ?? answer.statusText);
    const cause = `  cause: Server returned status code ${answer.status}. Server says: ${reason}`;
    lines.push(`error: Failed to publish \`dist/${file.filename}\` to \`${address}\``, cause);
    return { refusal: { code: undefined, reason }, log: lines.join('\n') };
  }
  return { log: lines.join('\n') };
}

interface Distribution {
  filename: string;
  content: Buffer;
  fields: Record<string, string>;
}

function filesOf({ name, version }: UploadJob): Distribution[] {
  const module = name.replaceAll('-', '_');
  return [
    {
      filename: `${module}-${version}-py3-none-any.whl`,
      content: wheelOf(version, module),
      fields: { filetype: 'bdist_wheel', pyversion: 'py3' },
    },
    {
      filename: `${module}-${version}.tar.gz`,
      content: sdistOf(version),
      fields: { filetype: 'sdist', pyversion: 'source' },
    },
  ];
}

type Claims = Record<string, string | number>;

/** https://docs.gitlab.com/ci/secrets/id_token_authentication/#token-payload */
function claimsOf(world: World, job: UploadJob): Claims {
  const { projectPath, pipelineFile, refPath, sha, environment, audience = '' } = job;
  const issuer = shownAt(world).gitlab;
  const [, kind, ref = ''] = /^refs\/(heads|tags)\/(.*)$/.exec(refPath) ?? [];
  const type = kind === 'tags' ? 'tag' : 'branch';
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuer,
    aud: audience,
    sub: `project_path:${projectPath}:ref_type:${type}:ref:${ref}`,
    project_path: projectPath,
    ci_config_ref_uri: `${new URL(issuer).host}/${projectPath}//${pipelineFile}@${refPath}`,
    ref,
    ref_type: type,
    ref_path: refPath,
    sha,
    environment,
    jti: randomUUID(),
    iat: now,
    nbf: now,
    exp: now + 300,
  };
}

/** Signs with a new key, of which the index learns: as PyPI reads the keys that GitLab publishes. */
function signedBy(world: World, { index }: UploadJob, claims: Claims): string {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { state } = world[index];
  state.issuerKey = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  state.issuer = String(claims.iss);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', typ: 'JWT', kid: state.issuerKeyId ?? 'test' })}.${part(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

async function exchange(url: string, idToken: string): Promise<{ secret: string } | { refusal: string }> {
  const body = JSON.stringify({ token: idToken });
  const answer = await fetch(`${url}/_/oidc/mint-token`, { method: 'POST', body });
  const text = await answer.text();
  return answer.ok ? { secret: (JSON.parse(text) as { token: string }).token } : { refusal: text };
}

function upload(
  url: string,
  secret: string,
  { name, version }: UploadJob,
  { filename, content, fields }: Distribution,
) {
  const form = new FormData();
  const all = {
    ':action': 'file_upload',
    metadata_version: '2.4',
    name,
    version,
    sha256_digest: createHash('sha256').update(content).digest('hex'),
    ...fields,
  };
  for (const [key, value] of Object.entries(all)) form.append(key, value);
  form.append('content', new Blob([new Uint8Array(content)]), filename);
  const authorization = `Basic ${Buffer.from(`__token__:${secret}`).toString('base64')}`;
  return fetch(`${url}/legacy/`, { method: 'POST', headers: { authorization }, body: form });
}

/** What `uv publish --trusted-publishing always` prints when the index refuses the ID token. */
function refusalLog(response: string, claims: Claims): string {
  return `error: Trusted publishing failed
  cause: Server returned error code 422 Unprocessable Entity, is trusted publishing correctly configured?
         Response: ${response}
         Token claims, which must match the publisher configuration: GitLab(
             GitLabTokenClaims {
                 sub: "${claims.sub}",
                 project_path: "${claims.project_path}",
                 ci_config_ref_uri: "${claims.ci_config_ref_uri}",
                 environment: Some(
                     "${claims.environment}",
                 ),
             },
         )`;
}

function refusalIn(response: string): Refusal {
  const { errors } = JSON.parse(response) as { errors: { code: string; description: string }[] };
  return { code: errors[0]?.code, reason: errors[0]?.description ?? response };
}

const decoded = (html: string) =>
  html
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
