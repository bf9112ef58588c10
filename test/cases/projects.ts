/** A hatchling package with the written version 1.2.3. */
export function hatchling(pipeline: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    'pyproject.toml': `[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "kelp-table"
version = "1.2.3"
requires-python = ">=3.10"
`,
    'src/kelp_table/__init__.py': '"""Where kelp grows."""\n',
    '.gitlab-ci.yml': pipeline,
    ...more,
  };
}

/** A setuptools package that already takes its version from git. */
export function fromGit(pipeline: string, more: Record<string, string> = {}): Record<string, string> {
  return hatchling(pipeline, {
    'pyproject.toml': `[build-system]
requires = ["setuptools>=64", "setuptools-scm>=8"]
build-backend = "setuptools.build_meta"

[project]
name = "kelp-table"
dynamic = ["version"]
requires-python = ">=3.10"

[tool.setuptools_scm]
`,
    ...more,
  });
}

/** A package with only a setup.py. */
export function setupPy(
  pipeline: string,
  version: string,
  more: Record<string, string> = {},
): Record<string, string> {
  return {
    'setup.py': `from setuptools import setup, find_packages

setup(
    name="kelp-table",
    version="${version}",
    packages=find_packages("src"),
    package_dir={"": "src"},
)
`,
    'src/kelp_table/__init__.py': '"""Where kelp grows."""\n',
    '.gitlab-ci.yml': pipeline,
    ...more,
  };
}

/** The same files in a subfolder, the pipeline file in the root. */
export function below(folder: string, files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path === '.gitlab-ci.yml' ? path : `${folder}/${path}`,
      text,
    ]),
  );
}
