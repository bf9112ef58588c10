import { posix } from 'node:path';
import { secretKeysOf } from '../../indexes/upload-variables.ts';
import type { IndexId } from '../../kernel/route.ts';
import { valueAt } from '../../text/yaml/data.ts';
import { variablesRead } from '../recognise/shell.ts';
import type { KnownIndex } from '../recognise/uploads.ts';
import { buildsDistributions } from './builds.ts';
import type { Command } from './commands.ts';
import { type Configured, repositoriesOf } from './configured.ts';
import { expandShell } from './shell-conditions.ts';
import type { ModelJob, OccasionId, Origin, ReadFile } from './types.ts';
import {
  oldSemanticRelease,
  optionOf,
  positional,
  type UploadTool,
  uploadTool,
  zestReleaser,
} from './upload-tools.ts';

/** Where an upload goes. */
export type Target =
  | { kind: 'index'; id: IndexId }
  /** GitLab's own package registry. */
  | { kind: 'registry' }
  | { kind: 'other'; address: string }
  | { kind: 'unknown'; because: string };

/** How an upload authenticates. */
export type CredentialUse =
  /** The tool itself exchanges the ID token. */
  | { kind: 'id-token' }
  /** A script exchanges the ID token. */
  | { kind: 'exchange' }
  /** CI/CD variables that the files do not set. */
  | { kind: 'variable'; keys: string[] }
  /** In clear text in the file. */
  | { kind: 'literal' }
  | { kind: 'unknown' };

/** An upload made by a job. */
export interface Publication {
  job: string;
  /** Where that job is written: a child pipeline may have one of the same name. */
  origin: Origin;
  /** Undefined if only the job's ID token shows that it publishes. */
  command: Command | undefined;
  target: Target;
  /** Relative to the repository root; empty if unknown. */
  files: string[];
  credential: CredentialUse;
  attests: boolean;
  /** Builds what it uploads, as part of the upload or before it. */
  builds: boolean;
  /** Occasions on which variables set by rules lead to this target; undefined for all. */
  on: OccasionId[] | undefined;
}

/** What is known besides the job itself. */
export interface Around {
  indexes: readonly KnownIndex[];
  readFile: ReadFile;
}

/** The parts of a job that matter for uploads. */
export type Uploader = Pick<
  ModelJob,
  'name' | 'origin' | 'value' | 'itself' | 'variables' | 'matrix' | 'idTokens' | 'commands'
>;

/** Everything that a job uploads, given the variables in force; `more` are those set by rules. */
export function publicationsOf(
  job: Uploader,
  around: Around,
  more: Record<string, string> = {},
): Publication[] {
  const found = job.matrix.flatMap((instance) => {
    const variables = { ...job.variables, ...more, ...instance };
    return job.commands.flatMap((command, index) => {
      const upload =
        uploadTool(command) ?? byOldSemanticRelease(job, command, around) ?? byZestReleaser(command, around);
      if (upload === undefined) return [];
      const earlier = job.commands.slice(0, index);
      return [publicationOf({ job, command, earlier, variables, ...upload }, around)];
    });
  });
  return byIdToken(job, distinct(found), around);
}

function byOldSemanticRelease(
  { commands }: Uploader,
  { tool, verb, args, directory = '.' }: Command,
  { readFile }: Around,
): { name: string; tool: UploadTool } | undefined {
  if (tool !== 'semantic-release' || verb !== 'publish' || args.includes('--noop')) return undefined;
  const isPinned = commands.some(({ text }) =>
    /semantic-release\s*(?:<\s*[4-8]|(?:<=|==|~=)\s*[4-7])\b/.test(text),
  );
  const settings = ['pyproject.toml', 'setup.cfg'].map((name) => readFile(posix.join(directory, name)) ?? '');
  const isSet = /^upload_to_(?:pypi|repository)\s*=\s*true|^\[semantic_release\]/im.test(settings.join('\n'));
  return isPinned || isSet ? { name: tool, tool: oldSemanticRelease } : undefined;
}

/** zest.releaser builds and uploads, unless its settings tell it not to: https://zestreleaser.readthedocs.io/en/latest/options.html */
function byZestReleaser(
  { tool, directory = '.' }: Command,
  { readFile }: Around,
): { name: string; tool: UploadTool } | undefined {
  if (tool !== 'fullrelease') return undefined;
  const texts = ['setup.cfg', 'pyproject.toml'].map((name) => readFile(posix.join(directory, name)) ?? '');
  const isOff = texts.some((text) =>
    /^\[(?:tool\.)?zest[.-]releaser\][^[]*^release\s*=\s*(?:no|false|off)\b/im.test(text),
  );
  return isOff ? undefined : { name: 'twine', tool: zestReleaser };
}

interface Upload {
  job: Uploader;
  command: Command;
  earlier: Command[];
  /** The job's; the shell's are in the command. */
  variables: Record<string, string>;
  name: string;
  tool: UploadTool;
}

function publicationOf(written: Upload, around: Around): Publication {
  const upload = { ...written, command: withOptions(written) };
  const { job, command, tool, earlier } = upload;
  const repository = repositoryOf(upload, around);
  const secret = secretOf(upload, repository);
  const credential = credentialOf(upload, secret, repository, around);
  const told = repository.isNamed && repository.target.kind !== 'unknown';
  const target = told
    ? repository.target
    : (targetBehind(credential, upload) ?? onPage(upload, repository, around) ?? repository.target);
  return {
    job: job.name,
    origin: job.origin,
    command: written.command,
    target,
    files: filesOf(upload),
    credential,
    attests: command.args.includes('--attestations'),
    builds: buildsItself(tool, command) || earlier.some(buildsDistributions),
    on: undefined,
  };
}

/**
 * Where credentials of other indexes lead: their address is then in the project's settings.
 * https://docs.gitlab.com/user/packages/pypi_repository/#authenticate-with-the-gitlab-package-registry
 */
function targetBehind(credential: CredentialUse, upload: Upload): Target | undefined {
  const keys = credential.kind === 'variable' ? credential.keys : [];
  const user =
    optionOf(upload.command.args, userOptions) ?? variableOf(upload, upload.tool.userVariables) ?? '';
  if (keys.includes('CI_JOB_TOKEN') || /^gitlab(?:-ci-token|\+deploy-token)/.test(resolved(user, upload)))
    return { kind: 'registry' };
  const address = keys.find((key) => /artifactory|nexus|devpi/i.test(key));
  return address === undefined ? undefined : { kind: 'other', address };
}

/** The index whose page is the environment's, if only a variable of the project's settings has the address. */
function onPage({ job }: Upload, { isNamed, target }: Repository, around: Around): Target | undefined {
  const page = valueAt(job.value, ['environment', 'url']);
  if (!isNamed || target.kind !== 'unknown' || typeof page !== 'string') return undefined;
  const host = /^https:\/\/((?:test\.)?pypi\.org)\/p(?:roject)?\//.exec(page)?.[1];
  return host === undefined ? undefined : knownName(host === 'pypi.org' ? 'pypi' : 'testpypi', around);
}

const userOptions = ['-u', '--username', '--user'];

/** A variable that holds options, as in `twine upload $WHERE`, becomes those options; so does an address given to curl. */
function withOptions({ name: tool, command, variables }: Upload): Command {
  const args = command.args.flatMap((arg, at) => {
    if (tool === 'curl' && /^["']?https?:/.test(arg) && command.args[at - 1] !== '--url')
      return ['--url', arg];
    const name = /^\$(?:\{(\w+)\}|(\w+))$/.exec(arg)?.slice(1).find(Boolean);
    const value = name === undefined ? undefined : { ...variables, ...command.exported }[name];
    return value !== undefined && /^\s*(?:-|$)/.test(value) ? wordsIn(value) : [arg];
  });
  return { ...command, args };
}

const wordsIn = (text: string): string[] =>
  (text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []).map((word) => word.replace(/["']/g, ''));

function buildsItself({ builds }: UploadTool, { args }: Command): boolean {
  if (typeof builds === 'string') return builds === 'always';
  return 'with' in builds ? args.includes(builds.with) : !args.includes(builds.without);
}

/** The variables that a tool sees; the shell's override the job's. */
const environmentOf = ({ variables, command }: Upload): Record<string, string> => ({
  ...variables,
  ...command.exported,
  ...command.assignments,
});

/** Expands the known variables in a text. */
function resolved(text: string, { variables, command }: Upload): string {
  return expandShell(text, { ...variables, ...command.exported });
}

interface Repository {
  target: Target;
  /** Not only the tool's default. */
  isNamed: boolean;
  /** The name by which a tool knows it. */
  name: string | undefined;
  configured: Configured | undefined;
}

/** Command-line options win, then variables in force, then the tool's default. */
function repositoryOf(upload: Upload, around: Around): Repository {
  const { tool, command } = upload;
  const address = optionOf(command.args, tool.address) ?? variableOf(upload, tool.addressVariables);
  if (address !== undefined) return atAddress(resolved(address, upload), around);
  const named = optionOf(command.args, tool.name) ?? variableOf(upload, tool.nameVariables);
  return byName(named === undefined ? undefined : resolved(named, upload), upload, around);
}

/** The first of these variables that is set and not empty. */
function variableOf(upload: Upload, names: readonly string[]): string | undefined {
  const environment = environmentOf(upload);
  return names.map((it) => environment[it]).find((it) => it);
}

const atAddress = (address: string, around: Around): Repository => ({
  target: targetOf(address, around),
  isNamed: true,
  name: undefined,
  configured: undefined,
});

function byName(name: string | undefined, upload: Upload, around: Around): Repository {
  if (name !== undefined && /:\/\/|^\$\{?CI_API_V4_URL/.test(name)) return atAddress(name, around);
  const all = repositoriesOf(upload.name, upload, around.readFile);
  const configured = all.get(name ?? (upload.name === 'uv' ? '' : 'pypi'));
  if (configured?.address !== undefined)
    return { ...atAddress(resolved(configured.address, upload), around), name, configured };
  return { target: knownName(name, around), isNamed: name !== undefined, name, configured };
}

function knownName(name: string | undefined, { indexes }: Around): Target {
  const id = name === undefined || /^(?:pypi|main)$/i.test(name) ? 'pypi' : undefined;
  const known = id ?? (/^test$|test[-_.]?pypi|pypi[-_.]?test/i.test(name ?? '') ? 'testpypi' : undefined);
  if (known === undefined) return { kind: 'unknown', because: name ?? '' };
  return indexes.some((it) => it.id === known)
    ? { kind: 'index', id: known }
    : { kind: 'other', address: known };
}

/** The target of a URL: a known index by host, GitLab's registry by path. */
function targetOf(text: string, { indexes }: Around): Target {
  const address = text.trim();
  if (/\/packages\/pypi|^\$\{?CI_(?:API_V4|SERVER)_URL/.test(address)) return { kind: 'registry' };
  const host = hostOf(address);
  if (isNamedTestPyPI(address)) return knownName('testpypi', { indexes, readFile: () => undefined });
  if (host === undefined) {
    return /^https?:/.test(address) ? { kind: 'other', address } : { kind: 'unknown', because: address };
  }
  const index = indexes.find(({ uploadUrl }) => hostOf(uploadUrl) === host);
  if (index) return { kind: 'index', id: index.id };
  if (host === 'test.pypi.org' || host === 'testpypi.python.org')
    return knownName('testpypi', { indexes, readFile: () => undefined });
  if (/^(?:upload\.)?pypi\.(?:org|python\.org|io)$/.test(host))
    return knownName('pypi', { indexes, readFile: () => undefined });
  return { kind: 'other', address };
}

/** A variable of the project's settings, whose value is not in the files, but whose name tells: `$TEST_PYPI_URL`. */
const isNamedTestPyPI = (address: string) => /^\$\{?\w*(?:TEST_?PYPI|PYPI_?TEST)\w*\}?$/i.test(address);

function hostOf(address: string): string | undefined {
  return /^https?:\/\/([^/$]+)/i.exec(address)?.[1]?.replace(/^.*@/, '').toLowerCase();
}

interface Secret {
  /** Unexpanded; undefined if the files do not set it. */
  text: string | undefined;
  /** The variables that the tool reads. */
  variables: string[];
}

/** The password or token of an upload: from options, variables in force, or a configuration file. */
function secretOf(upload: Upload, { name, configured }: Repository): Secret {
  const { tool, command } = upload;
  const environment = environmentOf(upload);
  const variables = [...tool.secretVariables, ...secretKeysOf(upload.name, name)];
  const given = variables.map((key) => environment[key]).find((text) => text !== undefined && text !== '');
  const text = optionOf(command.args, tool.secret) ?? configured?.secret ?? given;
  return { text, variables };
}

function credentialOf(
  upload: Upload,
  { text, variables }: Secret,
  { target }: Repository,
  { indexes }: Around,
): CredentialUse {
  if (text !== undefined && text !== '') return traced(text, upload);
  const isOf = (id: IndexId) => audienceOf(upload.job, indexes).includes(id);
  const trusted = target.kind === 'index' ? isOf(target.id) : target.kind === 'unknown' && isOf('pypi');
  if (upload.tool.trusts && trusted) return { kind: 'id-token' };
  return variables.length > 0 ? { kind: 'variable', keys: variables.slice(0, 1) } : { kind: 'unknown' };
}

const exchanges = /mint-token|_\/oidc|\bpython3?\s+-m\s+id\b/;

/** Traces a secret through shell and file variables to its origin. */
function traced(text: string, { variables, command }: Upload): CredentialUse {
  const keys = new Set<string>();
  const seen = new Set<string>();
  let exchanged = false;
  let opaque = false;
  const follow = (value: string): void => {
    exchanged ||= exchanges.test(value);
    opaque ||= /\$\(|`/.test(value);
    for (const name of variablesRead(value)) {
      if (seen.has(name)) continue;
      seen.add(name);
      const next = Object.hasOwn(command.exported, name) ? command.exported[name] : variables[name];
      if (next === undefined || next === `$${name}` || next === `\${${name}}`) keys.add(name);
      else follow(next);
    }
  };
  follow(text);
  if (exchanged) return { kind: 'exchange' };
  if (keys.size > 0 && !opaque) return { kind: 'variable', keys: [...keys] };
  return opaque ? { kind: 'unknown' } : { kind: 'literal' };
}

/** The indexes that a job's ID tokens are for: by audience or (although that does not work) by URL. */
function audienceOf({ idTokens }: Pick<Uploader, 'idTokens'>, indexes: readonly KnownIndex[]): IndexId[] {
  const audiences = idTokens.flatMap((token) => token.audiences);
  return indexes
    .filter(({ audience, uploadUrl }) => audiences.some((it) => it === audience || hostsAlike(it, uploadUrl)))
    .map(({ id }) => id);
}

const hostsAlike = (address: string, uploadUrl: string) => {
  const host = hostOf(address);
  return host !== undefined && [host, `upload.${host}`].includes(hostOf(uploadUrl) ?? '');
};

/** What it uploads, relative to the repository root. */
function filesOf(upload: Upload): string[] {
  const { tool, command } = upload;
  const named = tool.takesFiles ? positional(command.args, tool) : [];
  const folder = optionOf(command.args, tool.folder);
  const usual = folder === undefined ? tool.files : `${folder.replace(/\/$/, '')}/*`;
  const files = named.length > 0 ? named.flatMap((file) => loopedOver(file, command)) : [usual];
  return files.map((file) => fromRoot(resolved(file, upload), command.directory));
}

/** The values of a loop variable. */
function loopedOver(file: string, { condition }: Command): string[] {
  const name = /^\$\{?(\w+)\}?$/.exec(file)?.[1];
  const list = name && new RegExp(`\\bfor\\s+${name}\\s+in\\s+([^;\\n&]+)`).exec(condition ?? '')?.[1];
  return list ? list.trim().split(/\s+/) : [file];
}

function fromRoot(file: string, directory: string | undefined): string {
  const [, inside] = /^\$\{?CI_PROJECT_DIR\}?\/(.*)$/.exec(file) ?? [];
  if (inside !== undefined) return posix.normalize(inside);
  if (directory === undefined || /^[/$~]/.test(file)) return file;
  return posix.join(directory, file);
}

/**
 * A job with an ID token for an index counts as its publisher, whatever it runs. If a script of the project uploads, or
 * the target is unknown, it is that index.
 */
function byIdToken(job: Uploader, found: Publication[], { indexes }: Around): Publication[] {
  if (job.itself.id_tokens === undefined) return found;
  const [id, second] = audienceOf(job, indexes);
  if (id === undefined) return found;
  const target: Target = { kind: 'index', id };
  const isOpen = (it: Publication) =>
    it.target.kind === 'unknown' ||
    (second === undefined && it.target.kind === 'index' && (it.command?.via.length ?? 0) > 0);
  const told = distinct(found.map((it) => (isOpen(it) ? { ...it, target } : it)));
  if (told.some((it) => it.target.kind === 'index')) return told;
  const builds = job.commands.some(buildsDistributions);
  const credential: CredentialUse = { kind: 'unknown' };
  const alone = { command: undefined, target, files: [], credential, attests: false, builds, on: undefined };
  return [...told, { job: job.name, origin: job.origin, ...alone }];
}

function distinct(publications: Publication[]): Publication[] {
  const known = new Map(publications.map((it) => [JSON.stringify(it), it]));
  return [...known.values()];
}
