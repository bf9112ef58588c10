import { verify } from 'node:crypto';
import type { IndexState } from './state.ts';

/** A token's claims. */
export type Claims = Record<string, unknown>;

/** The claims of a valid token, or what is wrong with it. */
export type Verified = { claims: Claims } | { code: string; description: string };

/** PyPI's tolerance for clock skew, in seconds: `warehouse/oidc/services.py` of pypi/warehouse. */
const leeway = 30;

/**
 * Verifies a gitlab.com ID token like `mint_token_from_oidc` in `warehouse/oidc/views.py`: the claimed issuer first,
 * then the signature, then times and audience, which must be a single string.
 */
export function verifyIdToken(
  token: string,
  { audience, issuerKey: key, issuerKeyId = 'test' }: IndexState,
): Verified {
  const [head = '', body = '', signature = ''] = token.split('.');
  const [header, claims] = [decode(head), decode(body)];
  if (header === undefined || typeof claims?.iss !== 'string')
    return { code: 'invalid-payload', description: 'malformed JWT' };
  if (claims.iss !== 'https://gitlab.com')
    return { code: 'invalid-payload', description: 'unknown trusted publishing issuer' };
  if (key === undefined)
    return { code: 'not-enabled', description: 'gitlab trusted publishing functionality not enabled' };
  const signed = Buffer.from(`${head}.${body}`);
  const genuine =
    header.alg === 'RS256' &&
    header.kid === issuerKeyId &&
    verify('sha256', signed, key, Buffer.from(signature, 'base64url'));
  return genuine && isCurrent(claims) && namesAreText(claims) && claims.aud === audience
    ? { claims }
    : { code: 'invalid-token', description: 'malformed or invalid token' };
}

function isCurrent({ exp, nbf, iat }: Claims): boolean {
  const now = Date.now() / 1000;
  const begins = nbf === undefined ? iat : nbf;
  return (
    typeof exp === 'number' &&
    typeof iat === 'number' &&
    typeof begins === 'number' &&
    now < exp + leeway &&
    Math.max(begins, iat) <= now + leeway
  );
}

/** PyJWT rejects a token whose subject or id is present but not a string. */
function namesAreText(claims: Claims): boolean {
  return ['sub', 'jti'].every((name) => !(name in claims) || typeof claims[name] === 'string');
}

function decode(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}
