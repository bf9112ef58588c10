import { getToml, isTable, type TomlTable } from '../../text/toml/document.ts';
import { appendTable, setKey } from '../../text/toml/draft.ts';
import { makeVersionDynamic, NeedsHand, requireForBuild, type VersionEdit } from './backend.ts';
import { setScmOptions } from './scm-options.ts';

const provider = 'scikit_build_core.metadata.setuptools_scm';

/** Providers that read setuptools-scm's options. */
const scmProviders = /^(scikit_build_core\.metadata\.setuptools_scm|setuptools[-_]scm|vcs[-_]versioning)/;

const newTable = ['tool', 'dynamic-metadata'];
const oldTable = ['tool', 'scikit-build', 'metadata', 'version'];

/** scikit-build-core with setuptools-scm: https://scikit-build-core.readthedocs.io/en/latest/configuration/dynamic.html */
export function scikitBuildCore({ toml, root }: VersionEdit): void {
  const present = versionProvider(toml.doc.data);
  if (present !== undefined && !scmProviders.test(present)) {
    throw new NeedsHand(
      `The version comes from the provider '${present}', which is not edited`,
      `Make it give each commit a version without a local part, or delete it from pyproject.toml and run this again, which then writes provider = "${provider}".`,
    );
  }
  requireForBuild(toml, 'setuptools-scm>=8');
  makeVersionDynamic(toml);
  if (present === undefined) addProvider(toml);
  setScmOptions(toml, root);
}

/** The two spellings cannot be mixed; `[[tool.dynamic-metadata]]` came with scikit-build-core 1.0. */
function addProvider(toml: VersionEdit['toml']): void {
  if (newEntries(toml.doc.data).length > 0) appendTable(toml, newTable, { provider });
  else setKey(toml, oldTable, 'provider', provider);
}

function versionProvider(data: TomlTable): string | undefined {
  const old = getToml(data, ...oldTable, 'provider');
  if (old !== undefined) return String(old);
  const entry = newEntries(data).find(
    ({ field, version, provider: name }) =>
      field === 'version' ||
      version !== undefined ||
      (field === undefined && scmProviders.test(String(name))),
  );
  return entry && String(entry.provider);
}

function newEntries(data: TomlTable): TomlTable[] {
  const entries = getToml(data, ...newTable);
  return Array.isArray(entries) ? entries.filter(isTable) : [];
}
