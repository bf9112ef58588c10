import { getToml, isTable, type TomlTable, type TomlValue } from '../toml.ts';
import { dropKey, setKey, type TomlDraft } from '../toml-draft.ts';
import { UnsafeEdit } from '../unsafe-edit.ts';
import {
  isWithoutLocalPart,
  makeVersionDynamic,
  NeedsHand,
  requireForBuild,
  type VersionEdit,
} from './backend.ts';

const table = ['tool', 'hatch', 'version'];

/** hatchling: keeps the plugin that gives the version from git, or brings hatch-vcs where there is none. */
export function hatchling(edit: VersionEdit): void {
  const { toml } = edit;
  const source = getToml(toml.doc.data, ...table, 'source');
  if (source === 'uv-dynamic-versioning') uvDynamicVersioning(toml);
  else if (source === 'versioningit') versioningit(toml);
  else if (source === undefined || source === 'vcs' || source === 'regex') hatchVcs(edit);
  else throw otherSource(source);
}

/** https://github.com/ofek/hatch-vcs */
function hatchVcs(edit: VersionEdit): void {
  const { toml } = edit;
  requireForBuild(toml, 'hatch-vcs>=0.4');
  makeVersionDynamic(toml);
  const path = getToml(toml.doc.data, ...table, 'path');
  if (typeof path === 'string') {
    edit.notes.push(`The version written in ${path} is no longer read; hatch-vcs takes it from git.`);
  }
  setSource(toml);
  setOptions(toml, edit.root);
}

/** hatchling's own source reads a file by `path` and `pattern`, which hatch-vcs does not know. */
function setSource(toml: TomlDraft): void {
  if (getToml(toml.doc.data, ...table, 'source') !== 'vcs') setKey(toml, table, 'source', 'vcs');
  for (const key of ['path', 'pattern']) dropKey(toml, [...table, key]);
}

function setOptions(toml: TomlDraft, root: string): void {
  const options = getToml(toml.doc.data, ...table, 'raw-options');
  const needsRoot = root !== '.' && !(isTable(options) && options.root !== undefined);
  if (options === undefined) {
    const wanted = { ...(needsRoot ? { root } : {}), local_scheme: 'no-local-version' };
    setKey(toml, table, 'raw-options', wanted);
    return;
  }
  if (!isTable(options)) throw new UnsafeEdit('tool.hatch.version.raw-options is not a table');
  if (needsRoot) setKey(toml, [...table, 'raw-options'], 'root', root);
  if (!isWithoutLocalPart(options.local_scheme)) {
    setKey(toml, [...table, 'raw-options'], 'local_scheme', 'no-local-version');
  }
}

/** https://github.com/ninoseki/uv-dynamic-versioning */
function uvDynamicVersioning(toml: TomlDraft): void {
  const options = ['tool', 'uv-dynamic-versioning'];
  const { format, 'format-jinja': jinja } = (getToml(toml.doc.data, ...options) ?? {}) as TomlTable;
  if (format !== undefined || jinja !== undefined) throw ownFormat('uv-dynamic-versioning');
  setKey(toml, options, 'metadata', false);
  setKey(toml, options, 'bump', true);
}

/** https://versioningit.readthedocs.io/ */
function versioningit(toml: TomlDraft): void {
  const options = ['tool', 'versioningit'];
  const next = getToml(toml.doc.data, ...options, 'next-version');
  if (typeof next === 'string') throw ownFormat('versioningit');
  if (!isTable(next) || next.method === undefined)
    setKey(toml, [...options, 'next-version'], 'method', 'smallest');
  const wanted = {
    distance: '{next_version}.dev{distance}',
    dirty: '{base_version}',
    'distance-dirty': '{next_version}.dev{distance}',
  };
  for (const [key, value] of Object.entries(wanted)) {
    const current = getToml(toml.doc.data, ...options, 'format', key);
    if (typeof current === 'string' && !current.includes('+')) continue;
    setKey(toml, [...options, 'format'], key, value);
  }
}

function ownFormat(plugin: string): NeedsHand {
  return new NeedsHand(
    `${plugin} has a format of its own, which is left as it is`,
    'Make the format leave out everything after a +, since indexes refuse local versions.',
  );
}

function otherSource(source: TomlValue): NeedsHand {
  return new NeedsHand(
    `The version comes from the source '${String(source)}', which is left as it is`,
    'Make that source give each commit its own version without a local part (nothing after a +), or use source = "vcs".',
  );
}
