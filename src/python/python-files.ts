import type { Sourced } from '../kernel/source.ts';

/**
 * Texts of the files that may hold a Python project's name and version; undefined if absent. Files other than these
 * three are keyed by their path from the project's folder, see `furtherFiles`.
 */
export interface PythonFiles {
  'pyproject.toml'?: string | undefined;
  'setup.cfg'?: string | undefined;
  'setup.py'?: string | undefined;
  [path: string]: string | undefined;
}

/** What the files say about the project. */
export interface PythonProject {
  /** As written; undefined if it is computed. */
  name: Sourced<string> | undefined;
  /** `hatchling.build`, `setuptools.build_meta` (also the default) ... */
  buildBackend: Sourced<string>;
  /** Where the version comes from, in words for the user: 'static 1.2.3', 'hatch-vcs', 'setup.cfg' ... */
  version: Sourced<string>;
  /** The written version; undefined if it is computed. */
  writtenVersion: string | undefined;
}
