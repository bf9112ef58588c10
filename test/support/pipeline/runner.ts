import { mkdir } from 'node:fs/promises';
import { run } from '../tools.ts';
import type { Occasion } from './occasion.ts';

/** What a runner does before and after a job's script. */
export interface Source {
  /** The repository that GitLab creates the pipeline from. */
  repository: string;
  occasion: Occasion;
  sha: string;
  projectPath: string;
}

/** GitLab's default for new projects: https://docs.gitlab.com/ci/pipelines/settings/#limit-the-number-of-changes-fetched-during-clone */
const defaultDepth = '20';

/**
 * Checks out the sources into a new folder, following GIT_STRATEGY and GIT_DEPTH like GitLab Runner. gitlab-ci-local
 * supports neither: it would run every job in the work tree, with all history, tags and other jobs' leftovers.
 */
export async function getSources(
  folder: string,
  source: Source,
  variables: Record<string, string | undefined>,
) {
  await mkdir(folder, { recursive: true });
  const strategy = variables.GIT_STRATEGY ?? 'fetch';
  if (strategy === 'empty' || strategy === 'none') return;
  const git = (...args: string[]) => run('git', args, { cwd: folder });
  await git('init', '--quiet', '--initial-branch', 'unused');
  await git('remote', 'add', 'origin', `https://gitlab.com/${source.projectPath}.git`);
  const depth = variables.GIT_DEPTH ?? defaultDepth;
  const shallow = depth === '0' || depth === '' ? [] : ['--depth', depth];
  await git(
    'fetch',
    '--quiet',
    '--no-tags',
    ...shallow,
    `file://${source.repository}`,
    ...refspecs(source, shallow),
  );
  await git('checkout', '--quiet', '--force', '--detach', source.sha);
}

/** A shallow clone gets only the pipeline's ref, a full one all branches and tags. */
function refspecs({ occasion: { ref, refType } }: Source, shallow: string[]): string[] {
  if (shallow.length === 0) return ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'];
  return refType === 'tag'
    ? [`+refs/tags/${ref}:refs/tags/${ref}`]
    : [`+refs/heads/${ref}:refs/remotes/origin/${ref}`];
}

/** Saves a job's artifacts. */
export async function saveArtifacts(project: string, kept: string, paths: string[]): Promise<void> {
  await mkdir(kept, { recursive: true });
  // Unquoted on purpose: the shell expands the patterns.
  const script =
    'shopt -s globstar nullglob; IFS=$\'\\n\'; for path in $PATHS; do cp -a --parents "$path" "$KEPT"; done';
  const env = { ...process.env, PATHS: paths.join('\n'), KEPT: kept };
  await run('bash', ['-c', script], { cwd: project, env }).catch((error) => {
    throw new Error(`The artifacts ${paths.join(', ')} cannot be kept: ${error.stderr}`);
  });
}

/** Restores saved artifacts into a job's folder. */
export async function restoreArtifacts(kept: string, project: string): Promise<void> {
  await run('cp', ['-a', `${kept}/.`, project]);
}
