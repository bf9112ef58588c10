import { getToml } from '../../text/toml/document.ts';
import { changeInList, dropKey, setKey } from '../../text/toml/draft.ts';
import {
  buildRequires,
  makeVersionDynamic,
  NeedsHand,
  requireForBuild,
  requirementName,
  type VersionEdit,
} from './backend.ts';

const table = ['tool', 'pdm', 'version'];
const formatter = `"""How pdm-backend writes the version of a build: without a local part, which indexes refuse."""

from pdm.backend.hooks.version.scm import default_version_formatter


def no_local(version):
    return default_version_formatter(version).partition("+")[0]
`;

/**
 * pdm-backend takes the version from git natively: https://backend.pdm-project.org/metadata/#dynamic-project-version
 */
export function pdm(edit: VersionEdit): void {
  const { toml, notes } = edit;
  const options = (getToml(toml.doc.data, ...table) ?? {}) as Record<string, unknown>;
  const { source, path, version_format: format } = options;
  if (source === 'call') throw ownFunction(String(options.getter));
  if (format !== undefined && format !== 'pdm_version:no_local') throw ownFormat(String(format));
  requirePdmBackend(edit);
  if (typeof path === 'string')
    notes.push(`The version written in ${path} is no longer read; it comes from git.`);
  makeVersionDynamic(toml);
  setKey(toml, table, 'source', 'scm');
  if (path !== undefined) dropKey(toml, [...table, 'path']);
  if (format === undefined) addFormatter(edit);
}

/** pdm-pep517 is the old name of pdm-backend and produces file names that PyPI rejects; formats came with 2.2. */
function requirePdmBackend({ toml }: VersionEdit): void {
  const requires = buildRequires(toml.doc.data);
  const old = requires.find((it) => requirementName(it) === 'pdm-pep517');
  const low = requires.find((it) => /^pdm[-_]backend\s*>=\s*2(\.[01](\.\d+)*)?$/.test(it));
  const replaced = old ?? low;
  if (replaced === undefined) requireForBuild(toml, 'pdm-backend>=2.2');
  else changeInList(toml, ['build-system', 'requires'], replaced, 'pdm-backend>=2.2');
  setKey(toml, ['build-system'], 'build-backend', 'pdm.backend');
}

function addFormatter(edit: VersionEdit): void {
  setKey(edit.toml, table, 'version_format', 'pdm_version:no_local');
  edit.differences.push({
    field: 'pdm_version.py',
    current: '(none)',
    wanted: 'a function that leaves out the local part',
  });
  edit.others.push({ path: 'pdm_version.py', before: undefined, after: formatter });
}

function ownFunction(getter: string): NeedsHand {
  return new NeedsHand(
    `The version comes from a function of the project ([tool.pdm.version] getter = "${getter}")`,
    `Make ${getter} give each commit a unique version without a local part (nothing after a +), or delete [tool.pdm.version] and run this again.`,
  );
}

function ownFormat(format: string): NeedsHand {
  return new NeedsHand(
    `[tool.pdm.version] has a custom version_format (${format})`,
    `Make ${format} leave out everything after a +, as default_version_formatter(version).partition("+")[0] does, or delete version_format and run this again.`,
  );
}
