import { indexTokenVariables } from '../indexes/token-variables.ts';
import { indexTokenProblem } from '../indexes/upload-token.ts';
import type { IndexId } from '../kernel/route.ts';
import { Secret } from '../kernel/secret.ts';
import type { Source } from '../kernel/source.ts';
import type { IndexFacts } from './package-index.ts';

/** What is known of the API token of an index; never the token. */
export type UploadToken =
  | { kind: 'found'; source: Source }
  /** There is a text, and it cannot be a token of that index. */
  | { kind: 'unusable'; source: Source; reason: string }
  | { kind: 'absent' }
  /** The user was asked and gave none. */
  | { kind: 'left out' }
  /** It has been written in this run. */
  | { kind: 'stored' };

/** The tokens themselves, which only the step that sends one reveals. */
export type Secrets = Partial<Record<IndexId, Secret>>;

/** Looks for the API tokens of both indexes in the environment. */
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

/** A text that is given as a token: what is to be known of it, and the token where it may be one. */
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
