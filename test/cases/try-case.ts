import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { teamState } from '../../src/rehearsal/gitlab/state.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { allOccasions, type Happening, whatHappens } from '../support/pipeline/what-happens.ts';
import { type Ended, type ReportLike, runProgram, signedIn } from '../support/program.ts';
import { run } from '../support/tools.ts';

/** A user's project, and how the program is started there. */
export interface Situation {
  files: Record<string, string>;
  /** Folders for -C, one run after another, each committed before the next; the root by default. */
  directories?: string[];
  options?: string[];
  /** As in file names; from the package's name by default. */
  filesName?: string;
  /** Occasions to look at; all by default. */
  occasions?: (keyof typeof allOccasions)[];
}

/** The outcome of a start of the program. */
export interface Start extends Ended {
  directory: string;
  report: ReportLike;
}

/** The outcome of a situation. */
export interface Outcome {
  starts: Start[];
  /** The diff of all files. */
  diff: string;
  /** The diff when the same starts are repeated after a commit. */
  diffAgain: string;
  before: Record<string, Happening> | { error: string };
  after: Record<string, Happening> | { error: string };
  /** Files that exist afterwards, by path. */
  read(path: string): string;
  environments: string[];
}

const author = ['-c', 'user.name=T', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false'];

/**
 * Sets up a project on the embedded GitLab with the built program, and reports what its pipeline does before and after.
 * The checkout is on the branch main, with the tag v0.3.1 two commits back.
 */
export async function trySituation(situation: Situation): Promise<Outcome> {
  const { files, directories = ['.'], options = [] } = situation;
  const name = nameIn(files, directories[0] ?? '.');
  const state = teamState({}, files);
  const world = await startWorld({ files, state });
  const git = async (...args: string[]) =>
    (await run('git', [...author, ...args], { cwd: world.directory, maxBuffer: 1e8 })).stdout;
  try {
    await git('tag', 'v0.3.1');
    for (const path of Object.keys(files))
      if (path.endsWith('.sh')) await chmod(join(world.directory, path), 0o755);
    await git('commit', '-qam', 'Second', '--allow-empty');
    await git('commit', '-qm', 'Third', '--allow-empty');
    const look = () => lookAt(world, { ...situation, filesName: situation.filesName ?? name });
    const before = await look();
    const start = (directory: string) => startIn(world, directory, options);
    const base = (await git('rev-parse', 'HEAD')).trim();
    const starts: Start[] = [];
    for (const directory of directories) {
      starts.push(await start(directory));
      await git('add', '--all');
      await git('commit', '-qm', 'Set up', '--allow-empty');
    }
    const diff = await git('diff', base, 'HEAD');
    const after = diff === '' ? before : await look();
    for (const directory of directories) await start(directory);
    const diffAgain = await git('diff', 'HEAD');
    const texts = await textsOf(git);
    return {
      starts,
      diff,
      diffAgain,
      before,
      after,
      read: (path) => texts[path] ?? '',
      environments: world.gitlab.state.projects[0]?.environments.map((it) => it.name) ?? [],
    };
  } finally {
    await world.close();
    await run('rm', ['-rf', world.directory]);
  }
}

async function textsOf(git: (...args: string[]) => Promise<string>): Promise<Record<string, string>> {
  const paths = (await git('ls-files')).split('\n').filter(Boolean);
  const entries = paths.map(async (path) => [path, await git('show', `HEAD:${path}`)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function nameIn(files: Record<string, string>, directory: string): string {
  const at = (path: string) => files[directory === '.' ? path : `${directory}/${path}`] ?? '';
  const text = at('pyproject.toml') + at('setup.py') + at('setup.cfg');
  return (/^\s*name\s*=\s*"?([\w.-]+)/m.exec(text)?.[1] ?? 'demo-pkg').toLowerCase().replace(/[-_.]+/g, '_');
}

async function startIn(world: World, directory: string, options: string[]): Promise<Start> {
  const place = ['-C', join(world.directory, directory)];
  const indexes = ['--pypi-url', world.pypi.url, '--testpypi-url', world.testpypi.url];
  const args = ['setup', '--yes', '--no-open', '--json', '--route', 'trusted'];
  const ended = await runProgram([...args, ...options, ...place, ...indexes], {
    env: signedIn(world),
  });
  let report = { settings: [], files: [], publisherPages: [] } as never as ReportLike;
  try {
    report = { ...report, ...JSON.parse(ended.stdout) };
  } catch {
    // What it said instead is in the outcome.
  }
  return { ...ended, directory, report };
}

async function lookAt(world: World, { filesName, occasions }: Situation): Promise<Outcome['before']> {
  const wanted = occasions ?? (Object.keys(allOccasions) as (keyof typeof allOccasions)[]);
  const asked = Object.fromEntries(wanted.map((it) => [it, allOccasions[it]]));
  const aliases = { pypi: world.pypi.url, testpypi: world.testpypi.url };
  return whatHappens({
    repository: world.directory,
    occasions: asked,
    aliases,
    ...(filesName === undefined ? {} : { filesName }),
  }).catch((error) => ({ error: String(error instanceof Error ? error.message : error) }));
}
