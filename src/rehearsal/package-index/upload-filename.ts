import { tarPaths, zipPaths } from './archive.ts';
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
