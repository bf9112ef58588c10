import { getToml } from '../toml.ts';
import { dropKey, setKey } from '../toml-draft.ts';
import { makeVersionDynamic, NeedsHand, type VersionEdit } from './backend.ts';

const table = ['tool', 'pdm', 'version'];
const formatter = `"""How pdm-backend writes the version of a build: without a local part, which indexes refuse."""

from pdm.backend.hooks.version.scm import default_version_formatter


def no_local(version):
    return default_version_formatter(version).partition("+")[0]
`;

/** pdm-backend, which takes the version from git by itself: https://backend.pdm-project.org/metadata/#dynamic-project-version */
export function pdm(edit: VersionEdit): void {
  const { toml, notes } = edit;
  const {
    source,
    path,
    version_format: format,
  } = (getToml(toml.doc.data, ...table) ?? {}) as Record<string, unknown>;
  if (source === 'call') throw byHand('its version comes from a function of the project');
  if (format !== undefined && format !== 'pdm_version:no_local')
    throw byHand(`it has a version_format of its own (${String(format)})`);
  if (edit.root !== '.')
    throw byHand('the project is not in the root of the repository, where pdm-backend looks for git');
  if (typeof path === 'string')
    notes.push(`The version written in ${path} is no longer read; it comes from git.`);
  makeVersionDynamic(toml);
  setKey(toml, table, 'source', 'scm');
  if (path !== undefined) dropKey(toml, [...table, 'path']);
  if (format === undefined) addFormatter(edit);
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

function byHand(reason: string): NeedsHand {
  return new NeedsHand(
    reason,
    'Make it give each commit a version of its own without a local part (nothing after a +).',
  );
}
