import { getToml } from '../../text/toml/document.ts';
import { buildRequires, NeedsHand, type VersionEdit, type VersionEditor } from './backend.ts';

/** What meson.build runs: git in a checkout, PKG-INFO in a source distribution. */
const mesonVersion =
  "run_command('python3', '-c', 'import setuptools_scm; print(setuptools_scm.get_version(local_scheme=\"no-local-version\", search_parent_directories=True))', check: true).stdout().strip()";

/**
 * meson-python: the version belongs in meson.build, which is a program, not data. The source distribution holds only
 * committed files, so a change made by the pipeline would be missing from it.
 */
export function mesonPython({ toml }: VersionEdit): void {
  const { data } = toml.doc;
  const fixed = typeof getToml(data, 'project', 'version') === 'string';
  throw new NeedsHand(
    fixed
      ? 'meson-python takes the fixed version of [project], which the pipeline cannot change, as the source distribution is made of the commit'
      : 'meson-python takes the version from meson.build, which is a program, so it is not edited',
    [
      `In [build-system] of pyproject.toml write requires = ${JSON.stringify([...buildRequires(data).filter((it) => !/^setuptools[-_]scm/.test(it)), 'setuptools-scm>=8']).replaceAll('","', '", "')}`,
      `in [project] write dynamic = ["version"]${fixed ? ' in place of the version' : ''}`,
      `and in project() of meson.build write version: ${mesonVersion}`,
    ].join('; '),
  );
}

/** A build backend in the repository itself: https://peps.python.org/pep-0517/#in-tree-build-backends */
export function inTree(backend: string, path: unknown): VersionEditor {
  return () => {
    throw new NeedsHand(
      `The build backend ${backend} is code of the repository itself (backend-path = ${JSON.stringify(path)}), so what it does with the version cannot be known`,
      `Make it give each commit its own version without a local part (nothing after a +). Where it passes everything on to setuptools, write setuptools-scm>=8 into requires of [build-system], dynamic = ["version"] in place of the version into [project], and local_scheme = "no-local-version" into [tool.setuptools_scm].`,
    );
  };
}

/** A build backend we do not know. */
export function unknownBackend(backend: string): VersionEditor {
  return () => {
    throw new NeedsHand(
      `How the build backend ${backend} comes to its version is not known here`,
      'Make each build take its own version from git, without a local part (nothing after a +).',
    );
  };
}
