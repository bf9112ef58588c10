import { getToml, isTable } from '../toml.ts';
import { setKey, type TomlDraft } from '../toml-draft.ts';
import { makeVersionDynamic, NeedsHand, requireForBuild, type VersionEdit } from './backend.ts';

const table = ['tool', 'poetry-dynamic-versioning'];

/** poetry-core with poetry-dynamic-versioning: https://github.com/mtkennerly/poetry-dynamic-versioning */
export function poetry(edit: VersionEdit): void {
  const { toml, notes } = edit;
  requireForBuild(toml, 'poetry-dynamic-versioning>=1.8,<2');
  setKey(toml, ['build-system'], 'build-backend', 'poetry_dynamic_versioning.backend');
  makeVersionDynamic(toml);
  setKey(toml, ['tool', 'poetry'], 'version', '0.0.0');
  setOptions(toml);
  notes.push(
    'Tags must begin with a v (v1.2.3); for tags without one set pattern = "default-unprefixed" in [tool.poetry-dynamic-versioning].',
  );
  notes.push(
    "'poetry build' on your own machine needs the plugin too: poetry self add poetry-dynamic-versioning[plugin].",
  );
}

/** A project that has poetry-dynamic-versioning already, and may have a format of its own. */
export function poetryDynamicVersioning({ toml }: VersionEdit): void {
  const options = getToml(toml.doc.data, ...table);
  if (isTable(options) && (options.format !== undefined || options['format-jinja'] !== undefined)) {
    throw new NeedsHand(
      'poetry-dynamic-versioning has a format of its own, which is left as it is',
      'Make the format leave out everything after a +, since indexes refuse local versions.',
    );
  }
  setOptions(toml);
}

function setOptions(toml: TomlDraft): void {
  setKey(toml, table, 'enable', true);
  setKey(toml, table, 'metadata', false);
  setKey(toml, table, 'bump', true);
}
