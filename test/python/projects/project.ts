import type { PythonFiles } from '../../../src/python/python-files.ts';

/** A project that is to be edited and then built on a tag and one commit later. */
export interface Project {
  files: PythonFiles;
  /** Where it lies in the repository, where that is not the root. */
  directory?: string;
  /** Other files, by their path from the repository's root. */
  others?: Record<string, string>;
  tag?: string;
  /** The version one commit after the tag, where it is not 1.2.4.dev1. */
  later?: string;
}

/** A pyproject.toml of any build backend with a fixed version. */
export function fixed(requires: string, backend: string): string {
  return `[build-system]
requires = ${requires}
build-backend = "${backend}"

[project]
name = "demo-pkg"
version = "9.9.9"
requires-python = ">=3.9"
`;
}

/** The same with a version from elsewhere. */
export function dynamic(requires: string, backend: string): string {
  return fixed(requires, backend).replace('version = "9.9.9"', 'dynamic = ["version"]');
}
