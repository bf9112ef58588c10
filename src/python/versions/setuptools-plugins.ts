import { setupKeywords } from '../../text/setup-py.ts';
import { getToml, isTable } from '../../text/toml/document.ts';
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
import { usesVersioneer, versioneer } from './versioneer.ts';
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
