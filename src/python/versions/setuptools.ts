import { getToml, isTable } from '../../text/toml/document.ts';
import { changeInList, dropKeyOrTable, setKey } from '../../text/toml/draft.ts';
import {
  buildRequires,
  makeVersionDynamic,
  requireForBuild,
  requirementName,
  type VersionEdit,
} from './backend.ts';
import { setScmOptions } from './scm-options.ts';
import { dropCfgVersion, editSetupPy } from './setup-files.ts';
import { otherSetuptoolsSource } from './setuptools-plugins.ts';

/** setuptools: keeps a plugin that takes the version from git, or adds setuptools-scm. */
export function setuptools(edit: VersionEdit): void {
  const other = otherSetuptoolsSource(edit.files);
  if (other) other(edit);
  else setuptoolsScm(edit);
}

/** https://setuptools-scm.readthedocs.io/ */
function setuptoolsScm(edit: VersionEdit): void {
  const { toml } = edit;
  requireBuildSystem(edit);
  if (requireForBuild(toml, 'setuptools-scm>=8')) raiseSetuptools(edit);
  makeVersionDynamic(toml);
  dropDynamicSource(edit);
  dropCfgVersion(edit, 'it comes from git');
  if (!editSetupPy(edit)) setScmOptions(toml, edit.root);
}

/**
 * The requirement has to go into this table: any release where setup.py names setuptools-scm without one, so that jobs
 * with an older Python, for which there is no setuptools 80, still install the project.
 */
function requireBuildSystem({ toml, files }: VersionEdit): void {
  if (buildRequires(toml.doc.data).length === 0) {
    const isThere = /\buse_scm_version\b/.test(files['setup.py'] ?? '');
    const requires = isThere ? ['setuptools', 'setuptools-scm'] : ['setuptools>=80', 'setuptools-scm>=8'];
    setKey(toml, ['build-system'], 'requires', requires);
  }
  if (getToml(toml.doc.data, 'build-system', 'build-backend') !== undefined) return;
  if (!importsItsNeighbours(files['setup.py'] ?? ''))
    setKey(toml, ['build-system'], 'build-backend', 'setuptools.build_meta');
}

/**
 * Whether setup.py may import modules next to it. Then the file is left without a `build-backend`, since only the
 * legacy backend finds those (https://setuptools.pypa.io/en/latest/build_meta.html).
 */
function importsItsNeighbours(setupPy: string): boolean {
  const known =
    /^(setuptools|distutils|__future__|codecs|glob|io|os|pathlib|platform|re|shutil|subprocess|sys|typing)$/;
  return [...setupPy.matchAll(/^[ \t]*(?:from|import)[ \t]+(\w+)/gm)].some(
    ([, name = '']) => !known.test(name),
  );
}

/** setuptools before 69.3 gives source distributions names that PyPI rejects (https://peps.python.org/pep-0625/). */
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
  const where = Object.entries(isTable(source) ? source : {}).map(
    ([kind, value]) => `${kind}: ${String(value)}`,
  );
  notes.push(
    `The version that [tool.setuptools.dynamic] points to (${where.join(', ')}) is no longer read; it comes from git.`,
  );
  dropKeyOrTable(toml, path);
}
