/** What a value may become, given its old value and (for lists that may grow) its new one. */
type Change = (before: unknown, after: unknown) => unknown;

const to =
  (value: unknown): Change =>
  () =>
    value;
/** Must be gone from every edited file. */
export const gone: Change = () => undefined;

/** A list with these entries appended if missing, and others raised to a newer version. */
function grown(added: string[], raised: Record<string, string> = {}): Change {
  return (before, after) => {
    const kept = ((before ?? []) as string[]).map((entry, at) => {
      const newer = raised[/^[\w-]+/.exec(entry)?.[0] ?? ''];
      return newer !== undefined && (after as string[])[at] === newer ? newer : entry;
    });
    return [...kept, ...(after as string[]).slice(kept.length).filter((entry) => added.includes(entry))];
  };
}

const project: Record<string, Change> = {
  'project/version': gone,
  'project/dynamic': (before) => [...((before ?? []) as string[]), 'version'],
};

const dunamai = (table: string): Record<string, Change> => ({
  [`tool/${table}/metadata`]: to(false),
  [`tool/${table}/bump`]: to(true),
});

const versioningit = {
  'tool/versioningit/next-version/method': to('smallest'),
  'tool/versioningit/format/distance': to('{next_version}.dev{distance}'),
  'tool/versioningit/format/dirty': to('{base_version}'),
  'tool/versioningit/format/distance-dirty': to('{next_version}.dev{distance}'),
};

const scm = { 'tool/setuptools_scm/local_scheme': to('no-local-version') };

const backends: Record<string, Record<string, Change>> = {
  'hatchling.build': {
    ...project,
    'build-system/requires': grown(['hatch-vcs>=0.4']),
    'tool/hatch/version/path': gone,
    'tool/hatch/version/pattern': gone,
    'tool/hatch/version/source': to('vcs'),
    'tool/hatch/version/raw-options/local_scheme': to('no-local-version'),
    ...dunamai('uv-dynamic-versioning'),
    ...versioningit,
  },
  'setuptools.build_meta': {
    ...project,
    'build-system/requires': grown(['setuptools>=80', 'setuptools-scm>=8'], { setuptools: 'setuptools>=80' }),
    'build-system/build-backend': to('setuptools.build_meta'),
    'tool/setuptools/dynamic/version/attr': gone,
    'tool/setuptools/dynamic/version/file': gone,
    ...scm,
  },
  'pdm.backend': {
    ...project,
    'tool/pdm/version/source': to('scm'),
    'tool/pdm/version/path': gone,
    'tool/pdm/version/version_format': to('pdm_version:no_local'),
  },
  'poetry.core.masonry.api': {
    ...project,
    'build-system/requires': grown(
      ['poetry-core>=1.0', 'poetry-core>=2.0', 'poetry-dynamic-versioning>=1.8,<2'],
      { 'poetry-core': 'poetry-core>=2.0' },
    ),
    'build-system/build-backend': to('poetry_dynamic_versioning.backend'),
    'build-system/backend-path': gone,
    'tool/poetry/version': to('0.0.0'),
    'tool/poetry-dynamic-versioning/enable': to(true),
    ...dunamai('poetry-dynamic-versioning'),
  },
  'scikit_build_core.build': {
    ...project,
    'build-system/requires': grown(['setuptools-scm>=8']),
    'tool/scikit-build/metadata/version/provider': to('scikit_build_core.metadata.setuptools_scm'),
    ...scm,
  },
};

/** The changes that versions from git mean for a build backend, by path of the value. */
export function allowed(backend: string): Record<string, Change> {
  return backends[backend] ?? {};
}
