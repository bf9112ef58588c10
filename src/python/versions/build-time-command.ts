import { posix } from 'node:path';
import { pathForShell } from '../../kernel/quote.ts';

/**
 * Where the build job writes its own version, for build backends that cannot take it from git. Paths are relative to
 * the Python project's folder.
 */
export type BuildTimeVersion =
  /** `[project] version` of `pyproject.toml`. */
  | { kind: 'pyproject' }
  /** `__version__ = "..."` in a module, read by flit. */
  | { kind: 'module'; path: string }
  /** `[package] version` in a `Cargo.toml`, read by maturin; the lock has it too. */
  | { kind: 'cargo'; path: string; lock?: { path: string; name: string } }
  /** `version = "1.2.3"` on a line of its own, in a section or anywhere: setup.py, setup.cfg, Poetry's table. */
  | { kind: 'line'; path: string; key: string; section?: string }
  /** A file with nothing but the version. */
  | { kind: 'text'; path: string };

/** Whether the command needs `uv` in the image; the others need only `sh` and `sed`. */
export const needsUv = ({ kind }: BuildTimeVersion): boolean => kind === 'pyproject';

/**
 * The shell command to run before the build, in the repository root. Without a tag it turns the written version into a
 * development version with the pipeline's number; on a tag it is a no-op.
 */
export function buildTimeCommand(version: BuildTimeVersion, packageDirectory: string): string {
  return `[ -n "$CI_COMMIT_TAG" ] || ${change(version, packageDirectory)}`;
}

function change(version: BuildTimeVersion, packageDirectory: string): string {
  if (version.kind === 'pyproject') return changePyproject(packageDirectory);
  const file = (path: string) => pathForShell(posix.join(packageDirectory, path));
  const main = `sed -i ${programFor(version)} ${file(version.path)}`;
  const lock = version.kind === 'cargo' ? version.lock : undefined;
  return lock === undefined ? main : `{ ${main} && sed -i ${lockProgram(lock.name)} ${file(lock.path)}; }`;
}

function programFor(version: Exclude<BuildTimeVersion, { kind: 'pyproject' }>): string {
  switch (version.kind) {
    case 'module':
      return moduleProgram;
    case 'cargo':
      return cargoProgram;
    case 'line':
      return lineProgram(version);
    case 'text':
      return `-e "1s/[-._]*dev[0-9]*//" -e "1s/[0-9a-z.!]*[0-9]/&.dev$CI_PIPELINE_IID/"`;
  }
}

function lineProgram({ key, section }: Extract<BuildTimeVersion, { kind: 'line' }>): string {
  const where = section === undefined ? '' : `/^\\[${section.replaceAll('.', '\\.')}\\]/,/^\\[/`;
  const start = `${where}s/^\\( *${key} *[:=] *['\\"]*`;
  return [
    `-e "${start}[0-9a-z.!]*[0-9]\\)[-._]*dev[0-9]*/\\1/"`,
    `-e "${start}[0-9][0-9a-z.!]*\\)/\\1.dev$CI_PIPELINE_IID/"`,
  ].join(' ');
}

function changePyproject(packageDirectory: string): string {
  const project = packageDirectory === '.' ? '' : ` --project ${pathForShell(packageDirectory)}`;
  const written = `$(uv version${project} --short | sed "s/\\.dev.*//")`;
  return `uv version${project} --frozen "${written}.dev$CI_PIPELINE_IID"`;
}

/** Strip an existing development part first: 1.2.3.dev1.dev42 is not a version. */
const moduleProgram = [
  `-e "/^__version__/s/\\(['\\"][0-9a-z.!]*[0-9]\\)[-._]*dev[0-9]*/\\1/"`,
  `-e "s/^\\(__version__[^'\\"]*['\\"][^'\\"]*\\)/\\1.dev$CI_PIPELINE_IID/"`,
].join(' ');

/**
 * Cargo requires SemVer; maturin turns its pre-release `1.2.3-dev.42` into 1.2.3.dev42. Replaces any other pre-release.
 */
const cargoProgram = `"/^ *\\[package\\]/,/^ *\\[/s/^\\( *version *= *['\\"][0-9.]*\\)[^'\\"]*/\\1-dev.$CI_PIPELINE_IID/"`;

/** The same in the entry of a package in `Cargo.lock`. */
const lockProgram = (name: string) =>
  `"/^name = .${name}.$/{n;s/^\\(version = .[0-9.]*\\)[^'\\"]*/\\1-dev.$CI_PIPELINE_IID/}"`;

/** Whether the text has the line that the module command changes, with a version that stays valid. */
export function hasModuleVersion(text: string): boolean {
  const line = /^__version__\s*(?::[^='"\n]*)?=\s*(['"])(\d[0-9a-z.!_-]*)\1\s*(?:#.*)?$/m;
  return line.test(text);
}

/** Whether a text has exactly one line that the command for lines changes. */
export function hasVersionLine(text: string, key: string, section?: string): boolean {
  const [, ...rest] = section === undefined ? ['', text] : text.split(`\n[${section}]`);
  const part = section === undefined ? text : ((rest[0] ?? '').split(/^\[/m)[0] ?? '');
  const line = new RegExp(`^ *${key} *[:=] *(['"]?)\\d[0-9a-z.!]*\\1,?\\s*(?:#.*)?$`, 'gm');
  return part.match(line)?.length === 1;
}

/** Whether the text has the line that the `Cargo.toml` command changes. */
export function hasCargoVersion(text: string): boolean {
  const [, ...rest] = text.split(/^ *\[package\].*$/m);
  const section = (rest.join('').split(/^ *\[/m)[0] ?? '').trimEnd();
  return /^ *version *= *(['"])\d+\.\d+\.\d+[^'"]*\1/m.test(section);
}
