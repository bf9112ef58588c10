import { getToml, isTable, type TomlValue } from '../../text/toml/document.ts';
import { setKey } from '../../text/toml/draft.ts';
import { makeVersionDynamic, NeedsHand, type VersionEdit } from './backend.ts';

/** The two plugins built on https://github.com/mtkennerly/dunamai, by the name of their table. */
type Plugin = 'poetry-dynamic-versioning' | 'uv-dynamic-versioning';

/**
 * Makes the plugin omit the local part and count towards the next version. A custom format is kept if it has no local
 * part; throws `NeedsHand` if it may have one.
 */
export function setDunamaiOptions(edit: VersionEdit, plugin: Plugin): void {
  const { toml } = edit;
  const table = ['tool', plugin];
  const found = getToml(toml.doc.data, ...table);
  const options = isTable(found) ? found : {};
  if (options['from-file'] !== undefined) throw fromFile(plugin);
  makeVersionDynamic(toml);
  if (!hasOwnFormat(plugin, options.format, options['format-jinja'])) {
    setKey(toml, table, 'metadata', false);
    if (!isTable(options.bump)) setKey(toml, table, 'bump', true);
    else if (options.bump.enable !== true) setKey(toml, [...table, 'bump'], 'enable', true);
  }
  if (options.pattern === undefined && options['pattern-prefix'] === undefined) setPattern(edit, table);
}

function hasOwnFormat(plugin: Plugin, ...formats: (TomlValue | undefined)[]): boolean {
  const own = formats.filter((it) => it !== undefined).map(String);
  if (own.some((it) => !it.includes('distance') || /[+]|commit|metadata|branch|timestamp/.test(it))) {
    throw new NeedsHand(
      `${plugin} has a custom format, which may give versions with a local part or the same version twice`,
      `Make the format in [tool.${plugin}] give "{base}" on a tag and "{base}.dev{distance}" after it, without a + and what follows it; or delete the format and run this again.`,
    );
  }
  return own.length > 0;
}

/** By default dunamai only reads tags that start with v: https://github.com/mtkennerly/dunamai#custom-formats */
function setPattern({ toml, tags, notes }: VersionEdit, table: string[]): void {
  const newest = tags.find((it) => /^v?\d/.test(it));
  if (newest === undefined) {
    notes.push(
      `Begin the names of tags with a v (v1.2.3); for tags without one set pattern = "default-unprefixed" in [${table.join('.')}].`,
    );
  } else if (!newest.startsWith('v')) setKey(toml, table, 'pattern', 'default-unprefixed');
}

function fromFile(plugin: Plugin): NeedsHand {
  return new NeedsHand(
    `${plugin} takes the version from a file ([tool.${plugin}.from-file])`,
    `Delete the from-file table of [tool.${plugin}], so that it takes the version from git, then run this again.`,
  );
}
