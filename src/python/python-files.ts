import type { Sourced } from '../kernel/source.ts';

/**
 * The files of a Python project that may hold its name and version, with their text; undefined where absent.
 * Others than these three are named by their path from the project's folder, see `furtherFiles`.
 */
export interface PythonFiles {
  'pyproject.toml'?: string | undefined;
  'setup.cfg'?: string | undefined;
  'setup.py'?: string | undefined;
  [path: string]: string | undefined;
}

/** What the files say of the project. */
export interface PythonProject {
  /** As written there; undefined where it is computed. */
  name: Sourced<string> | undefined;
  /** `hatchling.build`, `setuptools.build_meta` (also where nothing is said) ... */
  buildBackend: Sourced<string>;
  /** How the version comes to be, in words for the user: 'static 1.2.3', 'hatch-vcs', 'setup.cfg' ... */
  version: Sourced<string>;
}
