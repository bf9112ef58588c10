import { indexTokenVariables } from '../indexes/token-variables.ts';
import { indexTokenProblem } from '../indexes/upload-token.ts';
import type { IndexId } from '../kernel/route.ts';
import { Secret } from '../kernel/secret.ts';
import type { Source } from '../kernel/source.ts';
import type { IndexFacts } from './package-index.ts';

/** What is known about an index's API token; never the token itself. */
export type UploadToken =
  | { kind: 'found'; source: Source }
  /** A value is set, but it cannot be a token for that index. */
  | { kind: 'unusable'; source: Source; reason: string }
  | { kind: 'absent' }
  /** The user was asked and gave none. */
  | { kind: 'left out' }
  /** It was stored in this run. */
  | { kind: 'stored' };

/** The tokens themselves, revealed only by the step that sends one. */
export type Secrets = Partial<Record<IndexId, Secret>>;

/** Looks for both indexes' API tokens in the environment. */
export function readUploadTokens(
  env: Record<string, string | undefined>,
  indexes: Record<IndexId, Pick<IndexFacts, 'title' | 'url' | 'official'>>,
): { found: Record<IndexId, UploadToken>; secrets: Secrets } {
  const read = (id: IndexId): [UploadToken, Secrets] => {
    const text = env[indexTokenVariables[id]]?.trim();
    return text
      ? judged(id, text, { by: 'environment', variable: indexTokenVariables[id] }, indexes[id])
      : [{ kind: 'absent' }, {}];
  };
  const [[pypi, one], [testpypi, other]] = [read('pypi'), read('testpypi')];
  return { found: { pypi, testpypi }, secrets: { ...one, ...other } };
}

/** Judges a text given as a token: what is known about it, and the token if it may be one. */
export function judged(
  id: IndexId,
  text: string,
  source: Source,
  index: Pick<IndexFacts, 'title' | 'url' | 'official'>,
): [UploadToken, Secrets] {
  const reason = indexTokenProblem(text, index);
  if (reason !== undefined) return [{ kind: 'unusable', source, reason }, {}];
  return [{ kind: 'found', source }, { [id]: new Secret(text) }];
}
