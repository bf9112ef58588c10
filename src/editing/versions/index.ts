import { posix } from 'node:path';
import { reasonOf } from '../../errors.ts';
import type { PythonFiles } from '../python-files.ts';
import { defaultBackend, readToml } from '../python-project.ts';
import type { EditResult, FileEdit } from '../result.ts';
import { getToml } from '../toml.ts';
import { draftOf, finishDraft } from '../toml-draft.ts';
import { NeedsHand, type VersionEdit, type VersionEditor } from './backend.ts';
import { atBuildTime } from './build-time.ts';
import { byHand } from './by-hand.ts';
import { isCompiled, sdistNote } from './compiled.ts';
import { hatchling } from './hatchling.ts';
import { pdm } from './pdm.ts';
import { poetry, poetryDynamicVersioning } from './poetry.ts';
import { scikitBuildCore } from './scikit-build-core.ts';
import { setuptools } from './setuptools.ts';

/** The editor of each build backend. */
const editors: Record<string, VersionEditor> = {
  'hatchling.build': hatchling,
  'setuptools.build_meta': setuptools,
  'setuptools.build_meta:__legacy__': setuptools,
  'pdm.backend': pdm,
  'poetry.core.masonry.api': poetry,
  'poetry_dynamic_versioning.backend': poetryDynamicVersioning,
  'scikit_build_core.build': scikitBuildCore,
  uv_build: atBuildTime,
  'flit_core.buildapi': atBuildTime,
  'flit.buildapi': atBuildTime,
  maturin: atBuildTime,
  'sipbuild.api': atBuildTime,
};

/** Edits a Python project so that each build takes its own version from git, without a local part. */
export function versionFromVcs(files: PythonFiles, { directory }: { directory: string }): EditResult {
  const backend =
    getToml(readToml(files['pyproject.toml']), 'build-system', 'build-backend') ?? defaultBackend;
  const edit: VersionEdit = {
    files,
    toml: draftOf(files['pyproject.toml'] ?? ''),
    root: posix.relative(directory, '.') || '.',
    others: [],
    differences: [],
    notes: isCompiled(files) ? [sdistNote] : [],
  };
  try {
    (editors[String(backend)] ?? byHand(String(backend)))(edit);
    return result(edit, directory);
  } catch (error) {
    return refusal(error, edit.notes);
  }
}

function result(edit: VersionEdit, directory: string): EditResult {
  const before = edit.files['pyproject.toml'];
  const after = finishDraft(edit.toml);
  const differences = [...edit.toml.differences, ...edit.differences];
  if (differences.length === 0) return { kind: 'unchanged', notes: edit.notes };
  const own: FileEdit = {
    path: 'pyproject.toml',
    before,
    after: before === undefined ? after.trimStart() : after,
  };
  const edits = [...(after === (before ?? '') ? [] : [own]), ...edit.others];
  const inFolder = edits.map((file) => ({ ...file, path: posix.join(directory, file.path) }));
  return { kind: 'edited', edits: inFolder, differences, notes: edit.notes };
}

function refusal(error: unknown, notes: string[]): EditResult {
  const reason = `${reasonOf(error)}.`;
  const manual =
    error instanceof NeedsHand
      ? error.manual
      : 'Edit it by hand: the version must come from git, with local_scheme = "no-local-version".';
  return { kind: 'refused', reason, differences: [], manual, notes };
}
