import { findCfgOption, setCfgOption } from '../../text/setup-cfg.ts';
import { setupKeywords } from '../../text/setup-py.ts';
import { applySplices } from '../../text/text.ts';
import { getToml, isTable } from '../../text/toml/document.ts';
import { setKey } from '../../text/toml/draft.ts';
import type { PythonFiles } from '../python-files.ts';
import { makeVersionDynamic, NeedsHand, type VersionEdit } from './backend.ts';

/** The styles without a local part: https://github.com/python-versioneer/python-versioneer#styles */
const styles = ['pep440-pre', 'pep440-old'];

/** Whether setup.py takes the version from versioneer. */
export function usesVersioneer(files: PythonFiles): boolean {
  const version = setupKeywords(files['setup.py'] ?? '')?.find(({ name }) => name === 'version');
  return /^versioneer\.get_version\(/.test(version?.value ?? '');
}

/**
 * Builds use the style in the configuration; the one in the generated `_version.py` only matters for a bare checkout.
 */
export function versioneer(edit: VersionEdit): void {
  if (!(styleInToml(edit) ?? styleInCfg(edit))) {
    throw new NeedsHand(
      'versioneer has no configuration of its own ([tool.versioneer] in pyproject.toml or [versioneer] in setup.cfg)',
      'Update versioneer (https://github.com/python-versioneer/python-versioneer/blob/master/UPGRADING.md), write VCS, style = "pep440-pre", versionfile_source, versionfile_build and tag_prefix into [tool.versioneer] of pyproject.toml, and run \'versioneer install\'.',
    );
  }
  makeVersionDynamic(edit.toml);
  if (edit.toml.differences.length + edit.others.length === 0) return;
  edit.notes.push(
    "Run 'versioneer install' again, so that the _version.py it generated gives the same versions in a checkout.",
    'Development versions of versioneer sort after the last release: 1.2.3.post0.dev1 comes after 1.2.3.',
  );
}

/** versioneer looks in pyproject.toml first. Undefined if it has no table there. */
function styleInToml({ toml }: VersionEdit): true | undefined {
  const table = getToml(toml.doc.data, 'tool', 'versioneer');
  if (!isTable(table)) return undefined;
  if (!styles.includes(String(table.style))) setKey(toml, ['tool', 'versioneer'], 'style', 'pep440-pre');
  return true;
}

function styleInCfg(edit: VersionEdit): true | undefined {
  const text = edit.files['setup.cfg'];
  if (text === undefined) return undefined;
  const current = findCfgOption(text, 'versioneer', 'style')?.value;
  if (styles.includes(current ?? '')) return true;
  const splice = setCfgOption(text, 'versioneer', 'style', 'pep440-pre');
  if (splice === undefined) return undefined;
  edit.differences.push({
    field: 'setup.cfg [versioneer] style',
    current: current ?? '(none)',
    wanted: 'pep440-pre',
  });
  edit.others.push({ path: 'setup.cfg', before: text, after: applySplices(text, [splice]) });
  return true;
}
