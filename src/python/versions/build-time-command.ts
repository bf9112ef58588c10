import { posix } from 'node:path';
import { quoteForShell } from '../../text/shell.ts';

/**
 * Where the job that builds writes a version of its own, for a build backend that takes none from git.
 * Paths are from the Python project's folder.
 */
export type BuildTimeVersion =
  /** `[project] version` of `pyproject.toml`. */
  | { kind: 'pyproject' }
  /** `__version__ = "..."` of a module, which flit reads. */
  | { kind: 'module'; path: string }
  /** `[package] version` of a `Cargo.toml`, which maturin reads. */
  | { kind: 'cargo'; path: string };

/** Whether the command needs `uv` in the image; the others need a plain `sh` and `sed`. */
export const needsUv = ({ kind }: BuildTimeVersion): boolean => kind === 'pyproject';

/**
 * The shell command that comes before the build, to be run in the repository's root: without a tag the version that
 * is written becomes a development version with the number of the pipeline; on a tag nothing changes.
 */
export function buildTimeCommand(version: BuildTimeVersion, packageDirectory: string): string {
  return `[ -n "$CI_COMMIT_TAG" ] || ${change(version, packageDirectory)}`;
}

function change(version: BuildTimeVersion, packageDirectory: string): string {
  if (version.kind === 'pyproject') return changePyproject(packageDirectory);
  const file = quoteForShell(posix.join(packageDirectory, version.path));
  return `sed -i ${version.kind === 'module' ? moduleProgram : cargoProgram} ${file}`;
}

function changePyproject(packageDirectory: string): string {
  const project = packageDirectory === '.' ? '' : ` --project ${quoteForShell(packageDirectory)}`;
  const written = `$(uv version${project} --short | sed "s/\\.dev.*//")`;
  return `uv version${project} --frozen "${written}.dev$CI_PIPELINE_IID"`;
}

/** A development part that is there already goes first, since 1.2.3.dev1.dev42 is no version. */
const moduleProgram = [
  `-e "/^__version__/s/\\(['\\"][0-9a-z.!]*[0-9]\\)[-._]*dev[0-9]*/\\1/"`,
  `-e "s/^\\(__version__[^'\\"]*['\\"][^'\\"]*\\)/\\1.dev$CI_PIPELINE_IID/"`,
].join(' ');

/** Cargo wants SemVer, whose pre-release `1.2.3-dev.42` maturin turns into 1.2.3.dev42; another one gives way to it. */
const cargoProgram = `"/^ *\\[package\\]/,/^ *\\[/s/^\\( *version *= *['\\"][0-9.]*\\)[^'\\"]*/\\1-dev.$CI_PIPELINE_IID/"`;

/** Whether the text has the line that the command for a module changes, with a version that stays one. */
export function hasModuleVersion(text: string): boolean {
  const line = /^__version__\s*(?::[^='"\n]*)?=\s*(['"])(\d[0-9a-z.!_-]*)\1\s*(?:#.*)?$/m;
  return line.test(text);
}

/** Whether the text has the line that the command for a `Cargo.toml` changes. */
export function hasCargoVersion(text: string): boolean {
  const [, ...rest] = text.split(/^ *\[package\].*$/m);
  const section = (rest.join('').split(/^ *\[/m)[0] ?? '').trimEnd();
  return /^ *version *= *(['"])\d+\.\d+\.\d+[^'"]*\1/m.test(section);
}
