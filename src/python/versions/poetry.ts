import { getToml } from '../../text/toml/document.ts';
import { changeInList, dropKey, setKey } from '../../text/toml/draft.ts';
import { buildRequires, requireForBuild, requirementName, type VersionEdit } from './backend.ts';
import { setDunamaiOptions } from './dunamai.ts';

/** poetry-core with poetry-dynamic-versioning: https://github.com/mtkennerly/poetry-dynamic-versioning */
export function poetry(edit: VersionEdit): void {
  const { toml, notes } = edit;
  requirePoetryCore(edit);
  requireForBuild(toml, 'poetry-dynamic-versioning>=1.8,<2');
  setKey(toml, ['build-system'], 'build-backend', 'poetry_dynamic_versioning.backend');
  buildWithReleases(edit);
  setKey(toml, ['tool', 'poetry'], 'version', '0.0.0');
  setKey(toml, ['tool', 'poetry-dynamic-versioning'], 'enable', true);
  setDunamaiOptions(edit, 'poetry-dynamic-versioning');
  notes.push(
    "'poetry build' on your own machine needs the plugin too: poetry self add poetry-dynamic-versioning[plugin].",
  );
}

/** A project that already uses poetry-dynamic-versioning. */
export function poetryDynamicVersioning(edit: VersionEdit): void {
  const { toml } = edit;
  // poetry-core requires a version in one of its tables, even if the plugin replaces it.
  if (getToml(toml.doc.data, 'tool', 'poetry', 'version') === undefined)
    setKey(toml, ['tool', 'poetry'], 'version', '0.0.0');
  setKey(toml, ['tool', 'poetry-dynamic-versioning'], 'enable', true);
  setDunamaiOptions(edit, 'poetry-dynamic-versioning');
}

/**
 * poetry-dynamic-versioning does not depend on poetry-core. Old projects require `poetry` itself, which pulls all of
 * Poetry into the build; `[project]` is read since poetry-core 2.
 */
function requirePoetryCore({ toml }: VersionEdit): void {
  const wanted = toml.doc.data.project === undefined ? 'poetry-core>=1.0' : 'poetry-core>=2.0';
  const requires = buildRequires(toml.doc.data);
  const whole = requires.find((it) => requirementName(it) === 'poetry');
  if (whole !== undefined) changeInList(toml, ['build-system', 'requires'], whole, wanted);
  else requireForBuild(toml, wanted);
  const old = requires.find((it) => /^poetry[-_]core\s*>=\s*1[\d.]*$/.test(it));
  if (old !== undefined && wanted.endsWith('2.0'))
    changeInList(toml, ['build-system', 'requires'], old, wanted);
}

/** A backend outside its `backend-path` is rejected, such as poetry-core's own when it builds itself. */
function buildWithReleases({ toml, notes }: VersionEdit): void {
  if (getToml(toml.doc.data, 'build-system', 'backend-path') === undefined) return;
  dropKey(toml, ['build-system', 'backend-path']);
  notes.push(
    'The package is no longer built by its own sources (backend-path) but by the release of poetry-core.',
  );
}
