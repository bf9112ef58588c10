import type { PythonFiles } from '../../../src/python/python-files.ts';

/** A project to edit, then build on a tag and one commit later. */
export interface Project {
  files: PythonFiles;
  /** Its folder in the repository, if not the root. */
  directory?: string;
  /** Other files, by their path from the repository root. */
  others?: Record<string, string>;
  tag?: string;
  /** The version one commit after the tag, if not 1.2.4.dev1. */
  later?: string;
}

/** A pyproject.toml for any build backend, with a fixed version. */
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

/** The same with a dynamic version. */
export function dynamic(requires: string, backend: string): string {
  return fixed(requires, backend).replace('version = "9.9.9"', 'dynamic = ["version"]');
}
