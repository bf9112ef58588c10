/** Why there was no response, in words. */
export function networkProblem(error: unknown): string {
  if ((error as { name?: string }).name === 'TimeoutError') return 'it did not answer in time';
  const code = codeOf(error);
  const words: Record<string, string> = {
    ECONNREFUSED: 'the connection was refused',
    ENOTFOUND: 'there is no such host',
    EAI_AGAIN: 'the name could not be looked up',
    ECONNRESET: 'the connection was cut',
    EPIPE: 'the connection was cut',
    UPGRADE: 'it answered with another protocol than HTTP (status 101)',
    TOO_LARGE: 'its answer is larger than 32 MiB',
  };
  if (/CERT|SELF_SIGNED|SIGNATURE/.test(code)) {
    return `its certificate is not trusted (${code}); NODE_EXTRA_CA_CERTS can name the authority's file`;
  }
  return words[code] ?? `the connection failed${code === '' ? '' : ` (${code})`}`;
}

/** Whether the failure is transient (broken connection, DNS hiccup), so that a retry may succeed. */
export function isCut(error: unknown): boolean {
  return /^(ECONNRESET|EPIPE|EAI_AGAIN)$/.test(codeOf(error));
}

/** Whether a request without a response was never sent. */
export function isUnsent(error: unknown): boolean {
  return /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$|CERT|SELF_SIGNED|SIGNATURE/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  return (error as { cause?: { code?: string } }).cause?.code ?? '';
}
