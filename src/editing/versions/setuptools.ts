import { findCfgOption, removeCfgOption } from '../setup-cfg.ts';
import { type Keyword, literalString, removeKeyword, setupKeywords } from '../setup-py.ts';
import { applySplices, type Splice } from '../text.ts';
import { getToml } from '../toml.ts';
import { changeInList, dropKey, setKey, type TomlDraft } from '../toml-draft.ts';
import {
  buildRequires,
  isWithoutLocalPart,
  makeVersionDynamic,
  NeedsHand,
  requireForBuild,
  requirementName,
  type VersionEdit,
} from './backend.ts';

const table = ['tool', 'setuptools_scm'];
const noLocal = '{"local_scheme": "no-local-version"}';

/** setuptools with setuptools-scm: https://setuptools-scm.readthedocs.io/ */
export function setuptools(edit: VersionEdit): void {
  const { toml } = edit;
  requireBuildSystem(toml);
  if (requireForBuild(toml, 'setuptools-scm>=8')) raiseSetuptools(edit);
  makeVersionDynamic(toml);
  dropDynamicSource(edit);
  editSetupCfg(edit);
  if (!editSetupPy(edit)) setOptions(toml, edit.root);
}

/** Without the whole table setuptools would be used in its legacy form, and without the requirement. */
function requireBuildSystem(toml: TomlDraft): void {
  if (buildRequires(toml.doc.data).length === 0) {
    setKey(toml, ['build-system'], 'requires', ['setuptools>=80', 'setuptools-scm>=8']);
  }
  if (getToml(toml.doc.data, 'build-system', 'build-backend') === undefined) {
    setKey(toml, ['build-system'], 'build-backend', 'setuptools.build_meta');
  }
}

/** setuptools before 69.3 names source distributions as PyPI refuses (https://peps.python.org/pep-0625/). */
function raiseSetuptools({ toml, notes }: VersionEdit): void {
  const old = buildRequires(toml.doc.data).find((it) => requirementName(it) === 'setuptools');
  const [, least] = /^setuptools\s*(?:>=\s*(\d+)[\d.]*)?\s*$/.exec(old ?? '') ?? [undefined, 'other'];
  if (old !== undefined && least === 'other' && /[<=~]=?/.test(old)) {
    notes.push(`${old} is kept; releases of setuptools before 69.3 make files that PyPI refuses.`);
  }
  if (old === undefined || least === 'other' || Number(least ?? 0) >= 80) return;
  changeInList(toml, ['build-system', 'requires'], old, 'setuptools>=80');
}

function dropDynamicSource({ toml, notes }: VersionEdit): void {
  const path = ['tool', 'setuptools', 'dynamic', 'version'];
  const source = getToml(toml.doc.data, ...path);
  if (source === undefined) return;
  notes.push(
    `The version that [tool.setuptools.dynamic] pointed to is no longer read: ${JSON.stringify(source)}.`,
  );
  dropKey(toml, path);
}

function setOptions(toml: TomlDraft, root: string): void {
  if (root !== '.' && getToml(toml.doc.data, ...table, 'root') === undefined)
    setKey(toml, table, 'root', root);
  if (!isWithoutLocalPart(getToml(toml.doc.data, ...table, 'local_scheme'))) {
    setKey(toml, table, 'local_scheme', 'no-local-version');
  }
}

/** setuptools takes a version of `setup.cfg` before that of setuptools-scm, without a word. */
function editSetupCfg(edit: VersionEdit): void {
  const text = edit.files['setup.cfg'];
  const option = findCfgOption(text ?? '', 'metadata', 'version');
  if (text === undefined || option === undefined) return;
  if (/^(attr|file):/.test(option.value)) {
    edit.notes.push(`The version that setup.cfg pointed to is no longer read: ${option.value}.`);
  }
  edit.differences.push({ field: 'setup.cfg [metadata] version', current: option.value, wanted: '(none)' });
  edit.others.push({ path: 'setup.cfg', before: text, after: applySplices(text, [removeCfgOption(option)]) });
}

/** True where setup.py itself asks setuptools-scm for the version, so that no table is needed. */
function editSetupPy(edit: VersionEdit): boolean {
  const text = edit.files['setup.py'];
  if (text === undefined) return false;
  const keywords = setupKeywords(text);
  const version = keywords?.find(({ name }) => name === 'version');
  const scm = keywords?.find(({ name }) => name === 'use_scm_version');
  if (keywords === undefined && /\bversion\s*=/.test(text))
    throw computed('setup.py calls setup() in a way that is not understood');
  if (version) change(edit, text, 'version', version, removeFixed(text, version));
  if (!scm) return false;
  const options = scm.value.replace(/\s/g, '');
  if (/['"]local_scheme['"]:['"]no-local-version(-strict)?['"]/.test(options)) return true;
  if (options !== 'True') throw computed(`setup.py gives use_scm_version=${scm.value}`);
  change(edit, text, 'use_scm_version', scm, {
    start: scm.end - scm.value.length,
    end: scm.end,
    text: noLocal,
  });
  return true;
}

function removeFixed(text: string, version: Keyword): Splice {
  if (literalString(version.value) === undefined)
    throw computed(`setup.py computes the version (${version.value})`);
  return removeKeyword(text, version);
}

function change(edit: VersionEdit, text: string, name: string, keyword: Keyword, splice: Splice): void {
  const wanted = splice.text || '(none)';
  edit.differences.push({ field: `setup.py setup(${name}=)`, current: keyword.value, wanted });
  edit.others.push({ path: 'setup.py', before: text, after: applySplices(text, [splice]) });
}

function computed(reason: string): NeedsHand {
  return new NeedsHand(
    `${reason}, and a version given there silently wins`,
    `Remove version= from setup() in setup.py (or give use_scm_version=${noLocal}), then run this again.`,
  );
}
