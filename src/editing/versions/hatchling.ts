import { getToml, isTable } from '../toml.ts';
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

/** hatchling with hatch-vcs: https://github.com/ofek/hatch-vcs */
export function hatchling(edit: VersionEdit): void {
  const { toml } = edit;
  refuseOtherSource(toml);
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

function refuseOtherSource(toml: TomlDraft): void {
  const source = getToml(toml.doc.data, ...table, 'source');
  if (source === undefined || source === 'vcs' || source === 'regex') return;
  const ways: Record<string, string> = {
    'uv-dynamic-versioning':
      'Add to pyproject.toml:\n[tool.uv-dynamic-versioning]\nmetadata = false\nbump = true',
    versioningit:
      'Add to pyproject.toml:\n[tool.versioningit.next-version]\nmethod = "smallest"\n[tool.versioningit.format]\ndistance = "{next_version}.dev{distance}"\ndirty = "{base_version}"\ndistance-dirty = "{next_version}.dev{distance}"',
  };
  throw new NeedsHand(
    `The version comes from the source '${String(source)}', which is left as it is`,
    ways[String(source)] ??
      'Make that source give each commit its own version without a local part (nothing after a +), or use source = "vcs".',
  );
}
