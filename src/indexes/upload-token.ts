import type { Known } from '../kernel/known.ts';

/** The index that a token is meant for. */
interface Index {
  title: string;
  url: string;
  official: boolean;
}

/**
 * Why a text is not an API token for an index, as the end of a sentence that never repeats the text; undefined if it
 * may be one. A token is `pypi-` plus a macaroon in base64url, which starts with its version, 2, and the index's host:
 * `warehouse/macaroons/services.py` of pypi/warehouse and
 * https://github.com/rescrv/libmacaroons/blob/master/doc/format.txt
 */
export function indexTokenProblem(text: string, index: Index): string | undefined {
  if (/\s/.test(text)) return 'it has white space in it';
  if (!text.startsWith('pypi-')) return "it does not begin with 'pypi-'";
  const encoded = text.slice('pypi-'.length);
  if (!/^[\w-]+={0,2}$/.test(encoded)) return "it has characters that no token has after 'pypi-'";
  const host = hostOf(Buffer.from(encoded, 'base64url'));
  if (host === undefined) return 'it is cut off or changed';
  const wanted = new URL(index.url).host;
  return index.official && host !== wanted ? `it is a token of ${host} and not of ${wanted}` : undefined;
}

/** The first field of a macaroon: the host it is valid for. */
function hostOf(macaroon: Buffer): string | undefined {
  const [version, field, length = 0] = macaroon;
  const host = macaroon.subarray(3, 3 + length).toString('latin1');
  const complete = version === 2 && field === 1 && macaroon.length > 3 + length;
  return complete && /^[\w.:-]+$/.test(host) ? host : undefined;
}

/** The page on which an index creates tokens. */
export function indexTokenPage({ url }: Pick<Index, 'url'>): string {
  return `${url}/manage/account/token/`;
}

/** Which scope to choose on that page. */
export function scopeAdvice(packageName: string, { exists }: { exists: Known<boolean> }): string {
  return exists.known && exists.value
    ? `limit its scope to the project ${packageName}`
    : `choose the scope "Entire account" for now; after the first upload, replace it with one for ${packageName} only`;
}
