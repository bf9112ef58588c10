import { gunzipSync } from 'node:zlib';

/** Paths in a zip file from its central directory (APPNOTE 4.3.12); undefined if it has none. */
export function zipPaths(content: Buffer): string[] | undefined {
  const end = content.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0 || end + 22 > content.length) return undefined;
  const paths: string[] = [];
  let at = content.readUInt32LE(end + 16);
  for (let left = content.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (at + 46 > content.length || content.readUInt32LE(at) !== 0x02014b50) return undefined;
    const length = content.readUInt16LE(at + 28);
    paths.push(content.subarray(at + 46, at + 46 + length).toString('utf8'));
    at += 46 + length + content.readUInt16LE(at + 30) + content.readUInt16LE(at + 32);
  }
  return paths;
}

/** Paths in a gzipped tar file (POSIX ustar, long names by GNU or pax); undefined if it is not one. */
export function tarPaths(content: Buffer): string[] | undefined {
  let tar: Buffer;
  try {
    tar = gunzipSync(content, { maxOutputLength: 1 << 30 });
  } catch {
    return undefined;
  }
  if (tar.length < 512 || tar.subarray(257, 262).toString() !== 'ustar') return undefined;
  const paths: string[] = [];
  let longName: string | undefined;
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const text = (from: number, length: number) =>
      tar
        .subarray(at + from, at + from + length)
        .toString('utf8')
        .replace(/\0[\s\S]*$/, '');
    const size = Number.parseInt(text(124, 12).trim() || '0', 8);
    const body = tar.subarray(at + 512, at + 512 + size).toString('utf8');
    const kind = text(156, 1);
    if (kind === 'L') longName = body.replace(/\0[\s\S]*$/, '');
    else if (kind === 'x') longName = /^\d+ path=(.*)$/m.exec(body)?.[1] ?? longName;
    else if (kind !== 'g') {
      const prefix = text(345, 155);
      paths.push(longName ?? (prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`));
      longName = undefined;
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return paths;
}
