import { mkdir, writeFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { dirname, join } from 'node:path';
import { gitRunner } from '../ports/git/run.ts';

/** A small, real Python project in its own git repository. */
export interface ScratchProject {
  directory: string;
  /** The committed texts by path. */
  files: Record<string, string>;
}

const pyproject = {
  hatchling: `[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "demo-pkg"
version = "0.1.0"  # raised by hand for each release
description = "A package that says hello"
readme = "README.md"
requires-python = ">=3.9"

# Checked in CI, see .gitlab-ci.yml
[tool.ruff]
line-length = 100
`,
  setuptools: `[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "demo-pkg"
version = "0.1.0"
description = "A package that says hello"
requires-python = ">=3.9"
`,
};

const pipeline = `# Tests for each push
stages:
  - test

test:
  stage: test
  image: python:3.13
  script:
    - pip install .
    - python -c 'import demo_pkg; demo_pkg.hello()'
`;

/** The files of the scratch project. */
export function scratchFiles(backend: 'hatchling' | 'setuptools' = 'hatchling'): Record<string, string> {
  return {
    'pyproject.toml': pyproject[backend],
    'README.md': '# demo-pkg\n\nA package that says hello.\n',
    'src/demo_pkg/__init__.py': 'def hello() -> None:\n    print("Hello")\n',
    '.gitignore': 'dist/\n',
    '.gitlab-ci.yml': pipeline,
  };
}

/**
 * Writes the files to a folder and commits them on the branch main, with `remoteUrl` as the remote origin. Git gets
 * what it needs from `env`, or from the process's environment if that is not given.
 */
export async function createScratchProject(
  directory: string,
  remoteUrl: string,
  files: Record<string, string> = scratchFiles(),
  env?: Record<string, string | undefined>,
): Promise<ScratchProject> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  const git = gitIn(directory, env);
  await git('init', '-q');
  await git('symbolic-ref', 'HEAD', 'refs/heads/main');
  await git('add', '.');
  await git('commit', '-q', '-m', 'A package that says hello');
  await git('remote', 'add', 'origin', remoteUrl);
  return { directory, files };
}

/** Runs git in the scratch project as the demo's user. Returns its output; rejects if it fails. */
export function gitIn(directory: string, env: Record<string, string | undefined> = process.env) {
  const search = { env, platform: platform(), outside: directory };
  const run = gitRunner(search, directory, 60_000);
  return async (...args: string[]): Promise<string> => {
    const answer = await run(...author, ...args);
    if (answer.kind === 'exit') throw new Error(`git ${args.join(' ')} failed: ${answer.stderr}`);
    return answer.text;
  };
}

const author = [
  'user.name=gitlab-to-pypi demo',
  'user.email=demo@example.org',
  'commit.gpgsign=false',
].flatMap((setting) => ['-c', setting]);
