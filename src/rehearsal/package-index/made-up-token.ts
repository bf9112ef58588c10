/** A text that looks like an index's API token: a macaroon's version and host, then searchable words. */
export function madeUpToken(host: string, words: string): string {
  const macaroon = Buffer.from([2, 1, host.length, ...Buffer.from(`${host}\u0002\u0010${words}`)]);
  return `pypi-${macaroon.toString('base64url')}`;
}
