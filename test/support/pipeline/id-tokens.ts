import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { expand, type Occasion, type Variables } from './occasion.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The key with which an index verifies GitLab's tokens. */
export const issuerKey = publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** Signs claims the way GitLab does: RS256. */
export function signToken(claims: Record<string, unknown>): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ kid: 'test', typ: 'JWT', alg: 'RS256' })}.${encode(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

/** What the claims of a job's ID token depend on. */
export interface TokenOwner {
  projectPath: string;
  pipelineFile: string;
  occasion: Occasion;
  sha: string;
  environment: string | undefined;
}

/** The claims that gitlab.com issues to a job: https://docs.gitlab.com/ci/secrets/id_token_authentication/ */
export function claimsOf(owner: TokenOwner, audience: unknown): Record<string, unknown> {
  const { projectPath, pipelineFile, sha, environment } = owner;
  const { ref, refType, source } = owner.occasion;
  const refPath = `refs/${refType === 'tag' ? 'tags' : 'heads'}/${ref}`;
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: 'https://gitlab.com',
    aud: audience,
    sub: `project_path:${projectPath}:ref_type:${refType}:ref:${ref}`,
    iat: now,
    nbf: now - 5,
    exp: now + 3600,
    jti: randomUUID(),
    namespace_id: '7',
    namespace_path: projectPath.replace(/\/[^/]+$/, ''),
    project_id: '42',
    project_path: projectPath,
    pipeline_source: source,
    ref,
    ref_type: refType,
    ref_path: refPath,
    ref_protected: 'true',
    sha,
    ci_config_ref_uri: `gitlab.com/${projectPath}//${pipelineFile}@${refPath}`,
    ci_config_sha: sha,
    runner_environment: 'gitlab-hosted',
    project_visibility: 'public',
    ...(environment === undefined ? {} : { environment, environment_protected: 'false' }),
  };
}

/** A job's tokens: one per entry of its `id_tokens`, in the variable of that name. */
export function issueTokens(
  owner: TokenOwner,
  entries: Record<string, { aud: unknown }> | undefined,
  variables: Variables,
): { variable: string; audience: unknown; token: string }[] {
  const expanded = (text: unknown) => expand(String(text), variables);
  return Object.entries(entries ?? {}).map(([variable, { aud }]) => {
    const audience = Array.isArray(aud) ? aud.map(expanded) : expanded(aud);
    return { variable, audience, token: signToken(claimsOf(owner, audience)) };
  });
}
