/** The parts of a form that includes a file. */
export interface Multipart {
  /** All values of each field, in order. */
  fields: Record<string, string[]>;
  file?: { filename: string; content: Buffer };
}

/** Parses a `multipart/form-data` body (RFC 7578); undefined if it is not one. */
export function readMultipart(contentType: string | undefined, body: Buffer): Multipart | undefined {
  const [, quoted, plain] =
    /^multipart\/form-data;.*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? '') ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return undefined;
  const parts: Multipart = { fields: {} };
  for (const part of split(body, `--${boundary}`)) {
    const end = part.indexOf('\r\n\r\n');
    if (end < 0) continue;
    const head = part.subarray(0, end).toString('utf8');
    const content = part.subarray(end + 4, part.length - 2);
    const name = /[ ;]name="([^"]*)"/i.exec(head)?.[1] ?? '';
    const filename = /filename="([^"]*)"/i.exec(head)?.[1];
    if (filename !== undefined) parts.file = { filename, content };
    else parts.fields[name] = [...(parts.fields[name] ?? []), content.toString('utf8')];
  }
  return parts;
}

function split(body: Buffer, delimiter: string): Buffer[] {
  const parts: Buffer[] = [];
  let from = body.indexOf(delimiter);
  while (from >= 0) {
    const to = body.indexOf(delimiter, from + delimiter.length);
    if (to < 0) break;
    parts.push(body.subarray(from + delimiter.length, to));
    from = to;
  }
  return parts;
}
