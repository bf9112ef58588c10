import { dynamic, fixed, type Project } from './project.ts';

const setuptools = fixed('["setuptools"]', 'setuptools.build_meta');

/** A setup.py with these arguments in addition to the name and package. */
function setupPy(keywords: string, imports = ''): string {
  return `${imports}from setuptools import find_packages, setup\n\nsetup(\n    name='demo-pkg',\n    ${keywords},\n    package_dir={'': 'src'},\n    packages=find_packages('src'),\n)\n`;
}

/** Projects built with setuptools, its plugins and its wrappers. */
export const setuptoolsProjects: Record<string, Project> = {
  'setuptools with a fixed version': { files: { 'pyproject.toml': setuptools } },
  'setuptools in a sub-folder': { files: { 'pyproject.toml': setuptools }, directory: 'python' },
  'setuptools with an attribute': {
    files: {
      'pyproject.toml': `${setuptools.replace('version = "9.9.9"', 'dynamic = ["version"]')}
[tool.setuptools.dynamic]
version = { attr = "demo_pkg.__version__" }
`,
    },
  },
  'setup.cfg alone': {
    files: {
      'setup.cfg':
        '[metadata]\nname = demo-pkg\nversion = attr: demo_pkg.__version__\n\n[options]\npackage_dir =\n    =src\npackages = find:\n\n[options.packages.find]\nwhere = src\n',
    },
  },
  'setup.py alone': {
    files: {
      'setup.py': setupPy("version='9.9.9'"),
    },
  },
  'setup.py that imports what lies beside it': {
    files: { 'setup.py': setupPy("version='9.9.9', description=about.TEXT", 'import about\n') },
    others: { 'about.py': 'TEXT = "Says hello."\n' },
  },
  'setup.py with use_scm_version': {
    files: {
      'pyproject.toml':
        '[build-system]\nrequires = ["setuptools", "setuptools-scm"]\nbuild-backend = "setuptools.build_meta"\n',
      'setup.py': setupPy('use_scm_version=True'),
    },
  },
  'setup.py with options in use_scm_version, in a sub-folder': {
    files: {
      'setup.py': setupPy(
        "setup_requires=['setuptools-scm'],\n    use_scm_version={\n        'version_scheme': 'guess-next-dev',\n    }",
      ),
    },
    directory: 'python',
  },
  'setuptools with a table for vcs-versioning': {
    files: {
      'pyproject.toml': `${dynamic('["setuptools", "setuptools-scm>=10"]', 'setuptools.build_meta')}
[tool.vcs-versioning]
version_scheme = "no-guess-dev"
`,
    },
    later: '1.2.3.post1.dev1',
  },
  'setuptools with versioningit': {
    files: {
      'pyproject.toml': `${dynamic('["setuptools", "versioningit"]', 'setuptools.build_meta')}
[tool.versioningit]
next-version = "smallest"
`,
    },
  },
  'versioneer with a table in pyproject.toml': {
    files: {
      'pyproject.toml': `[build-system]
requires = ["setuptools", "versioneer[toml]==0.29"]
build-backend = "setuptools.build_meta"

[tool.versioneer]
VCS = "git"
versionfile_source = "src/demo_pkg/_version.py"
versionfile_build = "demo_pkg/_version.py"
tag_prefix = "v"
`,
      'setup.py': setupPy(
        'version=versioneer.get_version(), cmdclass=versioneer.get_cmdclass()',
        'import versioneer\n',
      ),
    },
    later: '1.2.3.post0.dev1',
  },
  'versioneer with a section in setup.cfg': {
    files: {
      'pyproject.toml':
        '[build-system]\nrequires = ["setuptools", "versioneer==0.29"]\nbuild-backend = "setuptools.build_meta"\n',
      'setup.cfg':
        '[versioneer]\nVCS = git\nstyle = pep440\nversionfile_source = src/demo_pkg/_version.py\nversionfile_build = demo_pkg/_version.py\ntag_prefix = v\n',
      'setup.py': setupPy(
        'version=versioneer.get_version(), cmdclass=versioneer.get_cmdclass()',
        'import versioneer\n',
      ),
    },
    later: '1.2.3.post0.dev1',
  },
  'pbr with a version in setup.cfg': {
    files: {
      'setup.cfg': '[metadata]\nname = demo-pkg\nversion = 1.2.3\n\n[files]\npackages =\n    src/demo_pkg\n',
      'setup.py': "from setuptools import setup\n\nsetup(setup_requires=['pbr'], pbr=True)\n",
    },
  },
  'pbr.build with a fixed version': {
    files: { 'pyproject.toml': fixed('["setuptools", "pbr>=6"]', 'pbr.build') },
  },
  'jupyter-packaging': {
    files: { 'pyproject.toml': fixed('["jupyter_packaging"]', 'jupyter_packaging.build_api') },
  },
};
