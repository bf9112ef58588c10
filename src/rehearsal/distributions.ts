import { crc32, gzipSync } from 'node:zlib';

type Contents = Record<string, string>;

/** A zip file with uncompressed content. */
export function zipOf(contents: Contents): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of Object.entries(contents)) {
    const [name, data] = [Buffer.from(path), Buffer.from(text)];
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, tail, name]));
    locals.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(central.length, 4);
  end.writeUInt16LE(central.length, 6);
  end.writeUInt32LE(Buffer.concat(central).length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, ...central, Buffer.from('PK\x05\x06'), end]);
}

/** A gzipped tar file. */
export function tarOf(contents: Contents): Buffer {
  const blocks = Object.entries(contents).flatMap(([path, text]) => {
    const header = Buffer.alloc(512);
    header.write(path, 0);
    header.write(`${Buffer.byteLength(text).toString(8).padStart(11, '0')}`, 124);
    header.write('0', 156);
    header.write('ustar\x0000', 257);
    const data = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512);
    data.write(text);
    return [header, data];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]), { level: 1 });
}

/** A source distribution of demo-pkg, as a build backend would make it. */
export function sdistOf(version: string, more: Contents = {}): Buffer {
  const contents = { 'PKG-INFO': `Name: demo-pkg\nVersion: ${version}\n`, ...more };
  const inFolder = Object.entries(contents).map(([path, text]) => [`demo_pkg-${version}/${path}`, text]);
  return tarOf(Object.fromEntries(inFolder));
}

/** A wheel of demo-pkg, as an installer would need it. */
export function wheelOf(version: string, name = 'demo_pkg'): Buffer {
  const folder = `${name}-${version}.dist-info`;
  return zipOf({ [`${folder}/METADATA`]: '', [`${folder}/WHEEL`]: '', [`${folder}/RECORD`]: '' });
}
