import { findCfgOption, setCfgOption } from '../../text/setup-cfg.ts';
import { setupKeywords } from '../../text/setup-py.ts';
import { applySplices } from '../../text/text.ts';
import { getToml, isTable } from '../../text/toml/document.ts';
import { setKey } from '../../text/toml/draft.ts';
import type { PythonFiles } from '../python-files.ts';
import { readToml } from '../python-project.ts';
import {
  buildRequires,
  makeVersionDynamic,
  NeedsHand,
  requirementName,
  type VersionEdit,
  type VersionEditor,
} from './backend.ts';
import { dropCfgVersion } from './setup-files.ts';
import { versioningit } from './versioningit.ts';

/** The editor for a setuptools plugin, other than setuptools-scm, that already provides the version. */
export function otherSetuptoolsSource(files: PythonFiles): VersionEditor | undefined {
  const data = readToml(files['pyproject.toml']);
  const requires = buildRequires(data).map(requirementName);
  const keywords = setupKeywords(files['setup.py'] ?? '')?.map(({ name }) => name) ?? [];
  if (usesVersioneer(files)) return versioneer;
  if (keywords.includes('pbr')) return pbr;
  if (requires.includes('versioningit') && isTable(getToml(data, 'tool', 'versioningit')))
    return versioningitOfSetuptools;
  if (requires.includes('setuptools-git-versioning')) return setuptoolsGitVersioning;
  return undefined;
}

/**
 * pbr takes the version from git without a local part: https://docs.openstack.org/pbr/latest/user/features.html#version
 */
export function pbr(edit: VersionEdit): void {
  makeVersionDynamic(edit.toml);
  const notes = edit.notes.length;
  dropCfgVersion(edit, 'pbr takes it from git');
  if (edit.others.length > 0 && edit.notes.length === notes) {
    edit.notes.push(
      'With a version in setup.cfg pbr fails one commit after the tag of that version, so it goes.',
    );
  }
}

function versioningitOfSetuptools(edit: VersionEdit): void {
  dropCfgVersion(edit, 'versioningit takes it from git');
  versioningit(edit);
}

/** https://setuptools-git-versioning.readthedocs.io/ */
function setuptoolsGitVersioning(edit: VersionEdit): void {
  const table = getToml(edit.toml.doc.data, 'tool', 'setuptools-git-versioning');
  const templates = isTable(table) ? [table.dev_template, table.dirty_template] : [undefined];
  if (templates.every((it) => typeof it === 'string' && !it.includes('+') && it.includes('{ccount}'))) return;
  throw new NeedsHand(
    'setuptools-git-versioning gives versions with a local part (+git.1a2b3c4) unless its templates say otherwise, and its templates are left as they are',
    'Write dev_template = "{tag}.post{ccount}" and dirty_template = "{tag}.post{ccount}" into [tool.setuptools-git-versioning].',
  );
}

/** The styles without a local part: https://github.com/python-versioneer/python-versioneer#styles */
const styles = ['pep440-pre', 'pep440-old'];

/** Whether setup.py takes the version from versioneer. */
function usesVersioneer(files: PythonFiles): boolean {
  const version = setupKeywords(files['setup.py'] ?? '')?.find(({ name }) => name === 'version');
  return /^versioneer\.get_version\(/.test(version?.value ?? '');
}

/**
 * Builds use the style in the configuration; the one in the generated `_version.py` only matters for a bare checkout.
 */
function versioneer(edit: VersionEdit): void {
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
