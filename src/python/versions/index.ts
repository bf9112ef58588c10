import { posix } from 'node:path';
import { ownValue } from '../../kernel/own-value.ts';
import { type EditResult, type FileEdit, UnsafeEdit } from '../../text/result.ts';
import { getToml, type TomlTable } from '../../text/toml/document.ts';
import { draftOf, finishDraft } from '../../text/toml/draft.ts';
import type { PythonFiles } from '../python-files.ts';
import { defaultBackend, readToml } from '../python-project.ts';
import { NeedsHand, type VersionEdit, type VersionEditor } from './backend.ts';
import { atBuildTime, placeOfVersion } from './build-time.ts';
import type { BuildTimeVersion } from './build-time-command.ts';
import { bumpTools, losesWrittenVersion, type ParsedProject } from './bump-tools.ts';
import { isCompiled, sdistNote } from './compiled.ts';
import { inTree, mesonPython, unknownBackend } from './explained.ts';
import { flitScm } from './flit.ts';
import { hatchling } from './hatchling.ts';
import { pdm } from './pdm.ts';
import { poetry, poetryDynamicVersioning } from './poetry.ts';
import { scikitBuildCore } from './scikit-build-core.ts';
import { setuptools } from './setuptools.ts';
import { pbr } from './setuptools-plugins.ts';
import { unlockVersion } from './uv-lock.ts';

/** The editor for each build backend. */
const editors: Record<string, VersionEditor> = {
  'hatchling.build': hatchling,
  'hatchling.ouroboros': hatchling,
  'setuptools.build_meta': setuptools,
  'setuptools.build_meta:__legacy__': setuptools,
  'jupyter_packaging.build_api': setuptools,
  'scikit_build_core.setuptools.build_meta': setuptools,
  'pbr.build': pbr,
  'pdm.backend': pdm,
  'pdm.pep517.api': pdm,
  'poetry.core.masonry.api': poetry,
  'poetry.masonry.api': poetry,
  'poetry_dynamic_versioning.backend': poetryDynamicVersioning,
  'scikit_build_core.build': scikitBuildCore,
  'flit_scm:buildapi': flitScm,
  mesonpy: mesonPython,
  uv_build: atBuildTime,
  'flit_core.buildapi': atBuildTime,
  'flit.buildapi': atBuildTime,
  maturin: atBuildTime,
  'sipbuild.api': atBuildTime,
};

/** Edits a Python project so that each build takes its own version from git, without a local part. */
export function versionFromVcs(
  files: PythonFiles,
  { directory, tags = [] }: { directory: string; tags?: readonly string[] },
): EditResult {
  const toml = draftOf(files['pyproject.toml'] ?? '');
  const before = { files, data: toml.doc.data };
  const edit: VersionEdit = {
    files,
    toml,
    root: posix.relative(directory, '.') || '.',
    tags,
    others: [],
    differences: [],
    notes: isCompiled(files, before.data) ? [sdistNote] : [],
  };
  try {
    editorFor(before.data)(edit);
    unlockVersion(edit, before.data);
    return result(edit, before, directory);
  } catch (error) {
    if (!(error instanceof UnsafeEdit)) throw error;
    return refusal(error, edit.notes);
  }
}

/** What the pipeline has to change before each build; undefined if the build takes the version from git. */
export function buildTimeVersion(files: PythonFiles): BuildTimeVersion | undefined {
  if (editorFor(readToml(files['pyproject.toml'])) !== atBuildTime) return undefined;
  try {
    return placeOfVersion(files);
  } catch (error) {
    if (error instanceof NeedsHand) return undefined;
    throw error;
  }
}

/** Every build backend must honour a version in `[project]`: https://peps.python.org/pep-0621/#dynamic */
function editorFor(data: TomlTable): VersionEditor {
  const system = data['build-system'];
  if (system === undefined && getToml(data, 'tool', 'poetry') !== undefined) return poetry;
  const backend = String(getToml(data, 'build-system', 'build-backend') ?? defaultBackend);
  const path = getToml(data, 'build-system', 'backend-path');
  const editor = ownValue(editors, backend);
  if (editor !== undefined && (path === undefined || editor === poetry || editor === atBuildTime))
    return editor;
  if (typeof getToml(data, 'project', 'version') === 'string') return atBuildTime;
  return path === undefined ? unknownBackend(backend) : inTree(backend, path);
}

function result(edit: VersionEdit, original: ParsedProject, directory: string): EditResult {
  const before = edit.files['pyproject.toml'];
  const after = finishDraft(edit.toml);
  const differences = [...edit.toml.differences, ...edit.differences];
  const others = Object.fromEntries(edit.others.map((other) => [other.path, other.after]));
  const notes = [
    ...edit.notes,
    ...bumpNote(original, {
      files: { ...edit.files, 'pyproject.toml': after, ...others },
      data: edit.toml.doc.data,
    }),
  ];
  if (differences.length === 0) return { kind: 'unchanged', notes };
  const own: FileEdit = {
    path: 'pyproject.toml',
    before,
    after: before === undefined ? after.trimStart() : after,
  };
  const edits = [...(after === (before ?? '') ? [] : [own]), ...edit.others];
  const inFolder = edits.map((file) => ({ ...file, path: posix.join(directory, file.path) }));
  return { kind: 'edited', edits: inFolder, differences, notes };
}

/** Once the written version is gone, tools that bump it only make tags. */
function bumpNote(before: ParsedProject, after: ParsedProject): string[] {
  const tools = losesWrittenVersion(before, after) ? bumpTools(before) : [];
  if (tools.length === 0) return [];
  return [
    `A build now gets its version from the tag, no longer from ${tools.join(' and ')}; a tag that the tool creates still starts a release.`,
  ];
}

function refusal(error: UnsafeEdit, notes: string[]): EditResult {
  const reason = `${error.message}.`;
  const manual =
    error instanceof NeedsHand
      ? error.manual
      : 'Edit it by hand: the version must come from git, with local_scheme = "no-local-version".';
  return { kind: 'refused', reason, differences: [], manual, notes };
}
