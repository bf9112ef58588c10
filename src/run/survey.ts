import { resolve } from 'node:path';
import type { Checkout } from '../facts/checkout.ts';
import { type GitLabIdentity, readIdentity } from '../facts/gitlab-project.ts';
import { requireTokenForm, tokenOfGlab } from '../facts/gitlab-token.ts';
import type { FoundToken } from '../facts/glab-config.ts';
import type { Facts } from '../facts/index.ts';
import type { Tree } from '../facts/source-tree.ts';
import { readUploadTokens, type Secrets } from '../facts/upload-tokens.ts';
import type { IndexId } from '../kernel/route.ts';
import type { Secret } from '../kernel/secret.ts';
import { type Source, sourceText } from '../kernel/source.ts';
import type { Files } from '../ports/files.ts';
import { type Git, openGit } from '../ports/git.ts';
import type { GitLab } from '../ports/gitlab.ts';
import { glabToken } from '../ports/glab.ts';
import { readingTime, within } from '../ports/network.ts';
import type { PackageIndex } from '../ports/package-index.ts';
import { showTitle } from '../screens/title.ts';
import type { Context } from './context.ts';
import { enterToken, type Token } from './enter-token.ts';
import { findCheckout } from './find-checkout.ts';
import { tokenFor } from './token-for.ts';

/** Everything that was found, and the ports to change it. */
export interface Survey {
  facts: Facts;
  gitlab: GitLab;
  files: Files;
  git: Git;
  indexes: Record<IndexId, PackageIndex>;
  uploadTokens: Secrets;
  /** The same facts with the files of another tree. */
  readTree(facts: Facts, kind: Tree['kind']): Promise<Facts>;
}

/** What has been found or requested before anything heavy is loaded. */
export interface Preparation {
  git: Git;
  checkout: Checkout;
  token: FoundToken;
  /** Undefined if a token still has to be asked for. */
  connection: Connection | undefined;
}

type Place = Pick<Preparation, 'git' | 'checkout'>;

/** The ports, and GitLab's first responses. */
interface Connection {
  ports: Awaited<ReturnType<typeof openPorts>>;
  tokenSource: Source;
  identity: Promise<GitLabIdentity>;
}

/**
 * Finds the checkout and a token, and sends GitLab the first requests. Throws a `UserError` if there is no checkout.
 */
export async function prepare(context: Context): Promise<Preparation> {
  const { env, home, platform } = context;
  showTitle(context.terminal, context.options.command);
  const directory = resolve(context.cwd, context.options.directory);
  const git = await openGit({ directory, env, platform, timeout: context.network.timeLeft() });
  const checkout = await findCheckout(context, git, directory);
  const token =
    (await tokenFor(context, checkout)) ??
    (await tokenOfGlab(checkout.gitlabUrl.value, { env, home, platform }, (host) =>
      glabToken(host, { env, platform, outside: checkout.root }, context.network.timeLeft()),
    ));
  if (token.kind !== 'found') return { git, checkout, token, connection: undefined };
  const connection = await connectToGitLab(context, { git, checkout }, token);
  const use = `Using the GitLab token from ${sourceText(token.source)} for ${checkout.gitlabUrl.value}.`;
  if (!context.rehearsal) context.terminal.print(context.terminal.paint.dim(use));
  return { git, checkout, token, connection };
}

/** Reads the checkout, GitLab and both indexes. Throws a `UserError` for an unmet precondition. */
export async function surveyProject(context: Context, preparation?: Preparation): Promise<Survey> {
  const prepared = preparation ?? (await prepare(context));
  const { git, token } = prepared;
  const { openFiles } = await import('../ports/files.ts');
  const { readFacts, readOtherTree, readPython } = await import('../facts/index.ts');
  const { chooseFolder } = await import('./choose-folder.ts');
  const { headTree, workTree } = await import('../facts/source-tree.ts');
  const files = openFiles(prepared.checkout.root);
  const here = workTree(files, git);
  const wantsHead = context.options.deliver === 'merge-request';
  const checkout = wantsHead ? prepared.checkout : await chooseFolder(context, prepared.checkout, here);
  const wanted = context.options.package;
  const inWorkTree = wantsHead ? undefined : await readPython(here, checkout.directory, wanted);
  // The first connection has a deadline, which an answer may have taken longer than.
  const connection = checkout === prepared.checkout ? prepared.connection : undefined;
  const place = { git, checkout };
  const { ports, tokenSource, identity } =
    connection ??
    (token.kind === 'found'
      ? await connectToGitLab(context, place, token)
      : await enterToken(context, checkout, token, (entered) => connectWith(context, place, entered)));
  const { gitlab } = ports.reading;
  const openTree = async (kind: Tree['kind']) => {
    const { id, defaultBranch } = (await identity).project;
    return kind === 'head' ? headTree({ gitlab, files, git }, id, defaultBranch ?? 'HEAD') : here;
  };
  const read = async () => {
    const tree = await openTree(wantsHead ? 'head' : 'work tree');
    const python = inWorkTree ?? (await readPython(tree, checkout.directory, wanted));
    const customIssuer = context.options.customIssuer ?? python.declaration.choices.customIssuer;
    const gitlabComOnly = customIssuer ? false : undefined;
    const sources = { checkout, git, files: tree, ...ports.reading, tokenSource, identity, gitlabComOnly };
    return readFacts(sources, python);
  };
  const reading = `Reading ${checkout.projectPath.value} and the indexes`;
  const facts = await context.terminal.during(reading, read());
  const { found, secrets } = readUploadTokens(context.env, facts.indexes);
  return {
    facts: { ...facts, uploadTokens: found },
    gitlab: ports.gitlab,
    files,
    git,
    indexes: ports.reading.indexes,
    uploadTokens: secrets,
    readTree: async (before, kind) => readOtherTree(before, await openTree(kind), gitlab, wanted),
  };
}

/** The connection with a token that was just typed, once GitLab has accepted it. */
async function connectWith(context: Context, place: Place, token: Token): Promise<Connection> {
  const connection = await connectToGitLab(context, place, token);
  await context.terminal.during('Asking GitLab about the token', connection.identity);
  return connection;
}

async function connectToGitLab(
  context: Context,
  { git, checkout }: Place,
  { token, source }: Token,
): Promise<Connection> {
  requireTokenForm(token, source);
  const ports = await openPorts(context, checkout, token);
  const use = context.options.command === 'check' ? 'reading' : 'changing';
  const { platform } = context;
  const { gitlab } = ports.reading;
  const identity = readIdentity({ gitlab, git, checkout, tokenSource: source, use, platform });
  // Awaited later; problems with the checkout are reported first.
  identity.catch(() => undefined);
  return { ports, tokenSource: source, identity };
}

/** The ports; those that read have an overall deadline. */
async function openPorts(context: Context, checkout: Checkout, token: Secret) {
  const { options, network } = context;
  const [{ connectGitLab }, { connectPackageIndex }] = await Promise.all([
    import('../ports/gitlab-rest/index.ts'),
    import('../ports/package-index-http.ts'),
  ]);
  const url = checkout.gitlabUrl.value;
  const reading = within(network, readingTime(network));
  return {
    gitlab: connectGitLab({ url, token, network }),
    reading: {
      gitlab: connectGitLab({ url, token, network: reading }),
      indexes: {
        pypi: connectPackageIndex(options.pypiUrl, reading),
        testpypi: connectPackageIndex(options.testpypiUrl, reading),
      },
    },
  };
}
