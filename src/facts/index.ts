import { UserError } from '../kernel/errors.ts';
import { isValidName, normalizeName } from '../kernel/package-name.ts';
import type { IndexId } from '../kernel/route.ts';
import { type Source, type Sourced, sourceText } from '../kernel/source.ts';
import { emptyReading, type KnownIndex, type PipelineReading, readPipeline } from '../pipeline/index.ts';
import type { Files } from '../ports/files.ts';
import type { Git } from '../ports/git.ts';
import type { GitLab, LintResult } from '../ports/gitlab.ts';
import { GitLabError } from '../ports/gitlab-error.ts';
import type { PackageIndex } from '../ports/package-index.ts';
import { type Declaration, readDeclaration } from '../python/declaration.ts';
import type { PythonFiles, PythonProject } from '../python/python-files.ts';
import { readPythonProject } from '../python/python-project.ts';
import { furtherFiles } from '../python/versions/build-time.ts';
import { type Checkout, type CheckoutTexts, inDirectory, readCheckoutTexts } from './checkout.ts';
import { attempt, type GitLabFacts, type GitLabIdentity, readProject } from './gitlab-project.ts';
import { type IndexFacts, readPackageIndex, uploadUrl } from './package-index.ts';
import { lintOf, pipelinePath } from './pipeline-file.ts';
import { refuseAbsentPipeline, refuseProjectName, refuseWorkspaceRoot } from './preconditions.ts';
import { type Repository, readRepository } from './repository.ts';
import { requireMaintainer } from './role.ts';
import type { SourceTree, Tree } from './source-tree.ts';
import type { UploadToken } from './upload-tokens.ts';

/** The Python project's files that may be edited. */
const editable = ['pyproject.toml', 'setup.cfg', 'setup.py'] as const;

/** Everything that is true now, as far as it could be read. */
export interface Facts {
  checkout: Checkout;
  /** False if a merge request of an earlier run was merged, and what is checked out does not have that yet. */
  isPulled: boolean;
  /** Where `python`, `pipeline` and `texts` were read. */
  tree: Tree;
  python: PythonFacts;
  pipeline: PipelineFacts;
  gitlab: GitLabFacts;
  indexes: Record<IndexId, IndexFacts>;
  /** Files of the checkout that the pipeline may run or that may repeat the version. */
  texts: CheckoutTexts;
  /** Names of the tags in the checkout, newest first. */
  tags: string[];
  repository: Repository;
  /** Where to get the indexes' API tokens, for the route that needs them. */
  uploadTokens: Record<IndexId, UploadToken>;
}

/** The Python project in the checkout. */
export interface PythonFacts extends PythonProject {
  files: PythonFiles;
  /** Normalised as on PyPI. */
  packageName: Sourced<string>;
  /** The choices that the project declares. */
  declaration: Declaration;
}

/** The pipeline file in the checkout. */
export interface PipelineFacts {
  path: Sourced<string>;
  text: string | undefined;
  reading: PipelineReading;
  /** The editable files with uncommitted changes or, at the default branch's head, another text in the work tree. */
  uncommitted: string[];
}

/** What the facts are read through. */
export interface Sources {
  checkout: Checkout;
  git: Git;
  files: SourceTree;
  gitlab: GitLab;
  tokenSource: Source;
  /** The first round of GitLab requests. */
  identity: Promise<GitLabIdentity>;
  indexes: Record<IndexId, PackageIndex>;
  /** Whether the indexes only accept ID tokens of gitlab.com; undefined to assume so only for the official ones. */
  gitlabComOnly: boolean | undefined;
}

/**
 * Reads the Python project's files. Throws a `UserError` if there is no Python project, or if its table of choices says
 * what cannot be.
 */
export async function readPython(
  files: Pick<Files, 'read'>,
  directory: string,
  wanted: string | undefined,
): Promise<PythonFacts> {
  const found = await readPythonFiles(files, directory);
  const project = readPythonProject(found);
  const declaration = readDeclaration(found);
  return { ...project, files: found, packageName: packageName(project, wanted), declaration };
}

/** Texts of the files that may hold the package's name and version. Throws a `UserError` for broken TOML. */
export async function readPythonFiles(files: Pick<Files, 'read'>, directory: string): Promise<PythonFiles> {
  const read = async (names: readonly string[]): Promise<PythonFiles> => {
    const texts = await Promise.all(names.map((name) => files.read(inDirectory(directory, name))));
    return Object.fromEntries(names.map((name, index) => [name, texts[index]]));
  };
  const found = await read(editable);
  return { ...found, ...(await read(furtherFiles(found, directory))) };
}

/** Two rounds of requests: project, token and indexes; then everything that needs the project's id. */
export async function readFacts(sources: Sources, python: PythonFacts): Promise<Omit<Facts, 'uploadTokens'>> {
  const { checkout, gitlab, tokenSource } = sources;
  const name = python.packageName.value;
  const [identity, pypi, testpypi] = await Promise.all([
    sources.identity,
    readPackageIndex('pypi', sources.indexes.pypi, name, sources.gitlabComOnly),
    readPackageIndex('testpypi', sources.indexes.testpypi, name, sources.gitlabComOnly),
  ]);
  refuseProjectName(python.packageName, pypi);
  const path = pipelinePath(identity.project);
  const { id, defaultBranch } = identity.project;
  const committed = attempt(gitlab.file(id, path.value, defaultBranch ?? 'HEAD'));
  const lint = (text: string) => lintOf(gitlab, id, text, committed);
  const { directory } = checkout;
  const readTags = sources.git.tags();
  const [rest, pipeline, tags, repository, texts] = await Promise.all([
    readProject(gitlab, identity, committed),
    readPipelineFile(sources, path, lint, knownIndexes({ pypi, testpypi })),
    readTags,
    readRepository(sources.git, checkout, {
      defaultBranch,
      paths: [...editable.map((file) => inDirectory(directory, file)), path.value],
      // Without a tag, nothing else tells which version the project had reached.
      looksBack: readTags.then((names) => names.length === 0 && python.writtenVersion === undefined),
    }),
    readTexts(sources),
  ]);
  const facts = { url: checkout.gitlabUrl, tokenSource, ...identity, ...rest };
  if (pipeline.text === undefined && sources.files.tree.kind === 'work tree') {
    const tracked = await sources.git.isTracked(path.value);
    refuseAbsentPipeline(path.value, tracked, rest.committedPipeline, identity.project.defaultBranch);
  }
  requireMaintainer(facts, tokenSource);
  const { tree } = sources.files;
  const isPulled = await hasMerge(sources.git, facts);
  const read = { checkout, isPulled, tree, python, pipeline, texts, tags, repository };
  return { ...read, gitlab: facts, indexes: { pypi, testpypi } };
}

/** The same facts with the files of another tree. Throws a `UserError` for files that nothing can be said of. */
export async function readOtherTree(
  facts: Facts,
  files: SourceTree,
  gitlab: GitLab,
  wanted: string | undefined,
): Promise<Facts> {
  const { checkout, indexes, pipeline: before } = facts;
  const { project, committedPipeline } = facts.gitlab;
  const sources = { checkout, files };
  const lint = (text: string) => lintOf(gitlab, project.id, text, committedPipeline);
  const [python, pipeline, texts] = await Promise.all([
    readPython(files, checkout.directory, wanted),
    readPipelineFile(sources, before.path, lint, knownIndexes(indexes)),
    readTexts(sources),
  ]);
  if (python.packageName.value !== facts.python.packageName.value) throw otherName(facts, python);
  return { ...facts, tree: files.tree, python, pipeline, texts };
}

/** The indexes have been asked about one name. */
function otherName(before: Facts, now: PythonFacts): UserError {
  const names = [before.python, now].map(({ packageName: { value } }) => `'${value}'`);
  return new UserError(
    'two-package-names',
    `The package is called ${names.join(' in one place and ')} in the other: the work tree and the default branch differ.`,
    "Commit and push the name first, or choose one with '--package NAME'.",
  );
}

async function readTexts({ checkout, files }: FileSources): Promise<CheckoutTexts> {
  const texts = await readCheckoutTexts(files, await files.paths());
  refuseWorkspaceRoot(texts, checkout.directory);
  return texts;
}

async function hasMerge(
  git: Git,
  { mergeRequests, defaultBranch }: Pick<GitLabFacts, 'mergeRequests' | 'defaultBranch'>,
): Promise<boolean> {
  const isMerged = mergeRequests.known && mergeRequests.value[0]?.state === 'merged';
  const head = defaultBranch.known ? defaultBranch.value?.head.sha : undefined;
  return !isMerged || head === undefined || git.contains(head);
}

type FileSources = Pick<Sources, 'checkout' | 'files'>;

type Lint = (text: string) => Promise<LintResult>;

async function readPipelineFile(
  sources: FileSources,
  path: Sourced<string>,
  lint: Lint,
  indexes: KnownIndex[],
): Promise<PipelineFacts> {
  const { directory } = sources.checkout;
  const [text, uncommitted] = await Promise.all([
    sources.files.read(path.value),
    sources.files.changed([...editable.map((name) => inDirectory(directory, name)), path.value]),
  ]);
  return { path, text, reading: await readingOf(text, lint, indexes), uncommitted };
}

/**
 * Ask GitLab about a file that includes others, since only GitLab can merge them, and about one we cannot parse, since
 * its parser accepts slightly more than ours and has the last word.
 */
async function readingOf(
  text: string | undefined,
  lint: Lint,
  indexes: KnownIndex[],
): Promise<PipelineReading> {
  const ask = () =>
    lint(text ?? '').catch((error) => {
      if (error instanceof GitLabError) return undefined;
      throw error;
    });
  const merged = /^include:/m.test(text ?? '') ? (await ask())?.merged : undefined;
  try {
    return readPipeline(text, indexes, merged);
  } catch (error) {
    if ((await ask())?.valid) return emptyReading;
    throw error;
  }
}

/** The indexes as the pipeline knows them: by the audience of their ID tokens and their upload URL. */
export function knownIndexes({ pypi, testpypi }: Facts['indexes']): KnownIndex[] {
  return [pypi, testpypi].map((facts) => {
    const { id, audience } = facts;
    return { id, audience: audience.known ? audience.value : id, uploadUrl: uploadUrl(facts) };
  });
}

function packageName(project: PythonProject, wanted: string | undefined): Sourced<string> {
  const name =
    wanted === undefined
      ? project.name
      : { value: wanted, source: { by: 'option' as const, name: 'package' } };
  if (name === undefined) {
    throw new UserError(
      'no-package-name',
      'The name of the package is not written in pyproject.toml, setup.cfg or setup.py.',
      "Give its name on PyPI with '--package NAME'.",
    );
  }
  if (!isValidName(name.value)) {
    throw new UserError(
      'bad-package-name',
      `PyPI does not accept '${name.value}' (${sourceText(name.source)}) as the name of a package.`,
      'Use letters, digits, and - _ . between them.',
    );
  }
  return { value: normalizeName(name.value), source: name.source };
}
