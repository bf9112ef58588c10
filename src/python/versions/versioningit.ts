import { getToml, isTable } from '../../text/toml/document.ts';
import { setKey } from '../../text/toml/draft.ts';
import { makeVersionDynamic, NeedsHand, type VersionEdit } from './backend.ts';

const table = ['tool', 'versioningit'];

/** versioningit's default format without the local part. */
const formats = {
  distance: '{next_version}.dev{distance}',
  dirty: '{base_version}',
  'distance-dirty': '{next_version}.dev{distance}',
};

/** versioningit, a plugin of hatchling and of setuptools: https://versioningit.readthedocs.io/en/stable/configuration.html */
export function versioningit({ toml, notes }: VersionEdit): void {
  const options = getToml(toml.doc.data, ...table);
  const { 'next-version': next, format, ...rest } = isTable(options) ? options : {};
  if (typeof format === 'string' || (isTable(format) && format.method !== undefined)) {
    throw new NeedsHand(
      'versioningit formats the version with a custom function, which is not edited',
      'Make that function leave out everything after a +, since the indexes refuse local versions.',
    );
  }
  makeVersionDynamic(toml);
  if (next === undefined || (isTable(next) && next.method === undefined))
    setKey(toml, [...table, 'next-version'], 'method', 'smallest');
  for (const [key, value] of Object.entries(formats)) {
    const current = isTable(format) ? format[key] : undefined;
    if (typeof current === 'string' && !current.includes('+')) continue;
    setKey(toml, [...table, 'format'], key, value);
  }
  if (rest['default-version'] === undefined) return;
  notes.push(
    `Where there is no tag or no git, versioningit silently gives every build the version ${String(rest['default-version'])}: tag a first version before you publish.`,
  );
}
