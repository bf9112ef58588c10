/** A text with the form of an API token of an index: version and host of a macaroon, then words that can be looked for. */
export function madeUpToken(host: string, words: string): string {
  const macaroon = Buffer.from([2, 1, host.length, ...Buffer.from(`${host}\u0002\u0010${words}`)]);
  return `pypi-${macaroon.toString('base64url')}`;
}
