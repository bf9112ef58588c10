import { gunzipSync } from 'node:zlib';
import { normalized } from './names.ts';
import { isVersion } from './upload-metadata.ts';

/** An uploaded file and its metadata. */
export interface Distribution {
  filename: string;
  content: Buffer;
  filetype: string;
  /** The name as the project spells it. */
  projectName: string;
  version: string;
  licenceFiles: string[];
}

/** What is wrong with a file's name or content, in the words of `warehouse/forklift/legacy.py`. */
export function fileProblem(file: Distribution): string | undefined {
  const { filename } = file;
  if (!/.\.(?:tar\.gz|whl|zip)$/i.test(filename))
    return 'Invalid file extension: Use .tar.gz, .whl or .zip extension. See https://www.python.org/dev/peps/pep-0527 for more information.';
  return file.filetype === 'sdist' ? sdistProblem(file) : wheelProblem(file);
}

function sdistProblem(file: Distribution): string | undefined {
  const { filename, projectName, version, content, licenceFiles } = file;
  const stem = /^(.+)\.(?:tar\.gz|zip)$/.exec(filename)?.[1];
  if (stem === undefined) return `Invalid source distribution filename: ${filename}`;
  const dash = stem.lastIndexOf('-');
  const [name, written] = [stem.slice(0, Math.max(dash, 0)), stem.slice(dash + 1)];
  if (name === '' || !isVersion(written)) return `Invalid source distribution filename: ${filename}`;
  if (normalized(name) !== normalized(projectName)) return startWith(projectName);
  const expected = `${wheelName(projectName)}-${version}.tar.gz`;
  if (filename !== expected && !filename.endsWith('.zip'))
    return `Filename '${filename}' is invalid, should be '${expected}'.`;
  const isZip = filename.endsWith('.zip');
  const paths = isZip ? zipPaths(content) : tarPaths(content);
  if (paths === undefined) return `Invalid distribution file. File is not a ${isZip ? 'zipfile' : 'tarfile'}`;
  if (!paths.includes(`${stem}/PKG-INFO`))
    return `Invalid distribution file. PKG-INFO not found at ${stem}/PKG-INFO`;
  return licenceProblem(
    filename,
    paths,
    licenceFiles.map((path) => [path, `${stem}/${path}`]),
  );
}

function wheelProblem(file: Distribution): string | undefined {
  const { filename, projectName, version, content, licenceFiles } = file;
  const parts = filename.replace(/\.whl$/, '').split('-');
  if (!filename.endsWith('.whl') || parts.length < 5 || parts.length > 6)
    return `Invalid wheel filename (wrong number of parts): '${filename}'`;
  const [name = '', written = ''] = parts;
  if (!isVersion(written)) return `Invalid wheel filename (invalid version): '${filename}'`;
  if (normalized(name) !== normalized(projectName)) return startWith(projectName);
  if (name !== wheelName(projectName))
    return `Filename '${filename}' should contain the normalized project name '${wheelName(projectName)}', not '${name}'.`;
  if (written !== version) return `Version in filename should be '${version}' not '${written}'.`;
  const tag = (parts.at(-1) ?? '').split('.').find((it) => !platforms.test(it));
  if (tag !== undefined) return `Binary wheel '${filename}' has an unsupported platform tag '${tag}'.`;
  const paths = zipPaths(content);
  if (paths === undefined) return 'Invalid distribution file. File is not a zipfile';
  const folder = `${name}-${written}.dist-info`;
  for (const path of ['METADATA', 'WHEEL', 'RECORD'])
    if (!paths.includes(`${folder}/${path}`))
      return `Wheel '${filename}' does not contain the required ${path} file: ${folder}/${path}`;
  return licenceProblem(
    filename,
    paths,
    licenceFiles.map((path) => [path, `${folder}/licenses/${path}`]),
  );
}

/** Accepted platforms: not plain `linux_x86_64`, since nobody knows on which Linux that would run. */
const platforms =
  /^(?:any|win32|win_(?:amd64|arm64|ia64)|(?:macosx|ios|android)_\d+.*|manylinux(?:1|2010|2014|_\d+_\d+)_\w+|musllinux_\d+_\d+_\w+|linux_armv[67]l|(?:pyodide|pyemscripten|emscripten)_\w+)$/;

const wheelName = (name: string) => normalized(name).replaceAll('-', '_');

const startWith = (projectName: string) =>
  `Start filename for '${projectName}' with '${wheelName(projectName)}'.`;

function licenceProblem(
  filename: string,
  paths: string[],
  wanted: [name: string, path: string][],
): string | undefined {
  const lost = wanted.find(([, path]) => !paths.includes(path));
  return lost && `License-File ${lost[0]} does not exist in distribution file ${filename} at ${lost[1]}`;
}

/** Paths in a zip file from its central directory (APPNOTE 4.3.12); undefined if it has none. */
function zipPaths(content: Buffer): string[] | undefined {
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
function tarPaths(content: Buffer): string[] | undefined {
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
