/** A text with the form of a token of an index: the version and the host of its macaroon, and something to look for. */
export function uploadToken(host: string, canary: string): string {
  const macaroon = Buffer.from([2, 1, host.length, ...Buffer.from(`${host}\u0002\u0010${canary}`)]);
  return `pypi-${macaroon.toString('base64url')}`;
}
