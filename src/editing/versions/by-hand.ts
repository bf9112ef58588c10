import { NeedsHand, type VersionEditor } from './backend.ts';

const ciTime =
  'In the build job, before the build: [ -n "$CI_COMMIT_TAG" ] || uv version --frozen "$(uv version --short).dev$CI_PIPELINE_IID"';

/** What a person does for the build backends that are not edited yet. */
const ways: Record<string, string> = {
  'pdm.backend':
    'Add version to [project] dynamic in place of the fixed one, and [tool.pdm.version] source = "scm", version_format = "pdm_version:no_local", with a file pdm_version.py: from pdm.backend.hooks.version.scm import default_version_formatter; def no_local(version): return default_version_formatter(version).partition("+")[0]',
  'poetry.core.masonry.api':
    'Set requires = ["poetry-core>=2.0", "poetry-dynamic-versioning>=1.8,<2"], build-backend = "poetry_dynamic_versioning.backend", and [tool.poetry-dynamic-versioning] enable = true, metadata = false, bump = true; keep [tool.poetry] version = "0.0.0"',
  'poetry_dynamic_versioning.backend':
    'Set in [tool.poetry-dynamic-versioning]: enable = true, metadata = false, bump = true',
  'scikit_build_core.build':
    'Add setuptools-scm>=8 to requires, version to [project] dynamic, [tool.scikit-build] metadata.version.provider = "scikit_build_core.metadata.setuptools_scm", and [tool.setuptools_scm] local_scheme = "no-local-version"',
  uv_build: ciTime,
  'flit_core.buildapi': ciTime,
  maturin: ciTime,
  mesonpy:
    "Let meson.build take the version from a script: version: run_command('python3', 'tools/gitversion.py', check: true).stdout().strip()",
};

/** Refuses a build backend that is not edited yet, with the way by hand. */
export function byHand(backend: string): VersionEditor {
  return () => {
    throw new NeedsHand(
      `Projects built with ${backend} are not edited by this version of gitlab-to-pypi`,
      ways[backend] ??
        'Make each build take its own version from git, without a local part (nothing after a +).',
    );
  };
}
