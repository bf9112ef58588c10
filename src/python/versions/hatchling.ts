import { ownValue } from '../../kernel/own-value.ts';
import { UnsafeEdit } from '../../text/result.ts';
import { getToml, isTable, type TomlTable, type TomlValue } from '../../text/toml/document.ts';
import { addTable, dropKey, setKey, type TomlDraft } from '../../text/toml/draft.ts';
import { makeVersionDynamic, NeedsHand, requireForBuild, type VersionEdit } from './backend.ts';
import { setDunamaiOptions } from './dunamai.ts';
import { isWithoutLocalPart, localScheme } from './scm-options.ts';
import { versioningit } from './versioningit.ts';

const table = ['tool', 'hatch', 'version'];

/** hatchling: keeps a plugin that takes the version from git, or adds hatch-vcs. */
export function hatchling(edit: VersionEdit): void {
  const { toml } = edit;
  // hatchling.ouroboros (hatchling building itself) reads its requirements from elsewhere.
  setKey(toml, ['build-system'], 'build-backend', 'hatchling.build');
  const source = getToml(toml.doc.data, ...table, 'source');
  if (source === 'uv-dynamic-versioning') setDunamaiOptions(edit, source);
  else if (source === 'versioningit') versioningit(edit);
  else if (source === undefined || source === 'vcs' || source === 'regex') hatchVcs(edit);
  else throw otherSource(source, getToml(toml.doc.data, ...table) as TomlTable);
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
  if (getToml(toml.doc.data, ...table) === undefined) {
    addTable(toml, table, { source: 'vcs', 'raw-options': optionsFor(edit.root) });
    return;
  }
  setSource(toml);
  setOptions(toml, edit.root);
}

function optionsFor(root: string): TomlTable {
  return { ...(root === '.' ? {} : { root }), local_scheme: localScheme };
}

/** Hatchling's own source reads a file by `path` and `pattern`, which hatch-vcs does not support. */
function setSource(toml: TomlDraft): void {
  if (getToml(toml.doc.data, ...table, 'source') !== 'vcs') setKey(toml, table, 'source', 'vcs');
  for (const key of ['path', 'pattern']) dropKey(toml, [...table, key]);
}

function setOptions(toml: TomlDraft, root: string): void {
  const options = getToml(toml.doc.data, ...table, 'raw-options');
  if (options === undefined) {
    setKey(toml, table, 'raw-options', optionsFor(root));
    return;
  }
  if (!isTable(options)) throw new UnsafeEdit('tool.hatch.version.raw-options is not a table');
  if (root !== '.' && options.root === undefined) setKey(toml, [...table, 'raw-options'], 'root', root);
  if (!isWithoutLocalPart(options.local_scheme)) {
    setKey(toml, [...table, 'raw-options'], 'local_scheme', localScheme);
  }
}

function otherSource(source: TomlValue, options: TomlTable): NeedsHand {
  const { variable, path } = options;
  const advice: Record<string, string> = {
    env: `In the build job, before the build: export ${String(variable)}="\${CI_COMMIT_TAG#v}" on a tag, else export ${String(variable)}="1.2.3.dev$CI_PIPELINE_IID" with the next version`,
    code: `Make ${String(path)} give each commit its own version without a local part (nothing after a +)`,
    regex_commit: `hatch-regex-commit writes the version into ${String(path)} and makes the commit and the tag with it, so each push between two releases would have the version of the last`,
  };
  const known = ownValue(advice, String(source));
  return new NeedsHand(
    `The version comes from the source '${String(source)}', which is not edited`,
    `${known ?? 'Make that source give each commit its own version without a local part (nothing after a +)'}. Or delete [tool.hatch.version] with its requirement from pyproject.toml and run this again, which then brings hatch-vcs.`,
  );
}
