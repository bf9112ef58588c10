import type { Known } from '../kernel/known.ts';
import { fromGitLab, type Sourced } from '../kernel/source.ts';
import type { GitLab, LintResult, Project } from '../ports/gitlab.ts';
import { GitLabError } from '../ports/gitlab-error.ts';

/** Whether GitLab reads the pipeline from another project (`path@group/project`) or a URL. */
export function isForeignPipeline(ciConfigPath: string | null): boolean {
  return /^https?:\/\/|@/.test(ciConfigPath ?? '');
}

/** The project's own pipeline file; GitLab's default if the pipeline is defined elsewhere. */
export function pipelinePath(project: Pick<Project, 'ciConfigPath' | 'path'>): Sourced<string> {
  const path = project.ciConfigPath?.trim();
  if (!path || isForeignPipeline(path))
    return { value: '.gitlab-ci.yml', source: { by: 'default', whose: 'GitLab' } };
  return { value: path.replace(/^\.?\/+/, ''), source: fromGitLab({ kind: 'project', path: project.path }) };
}

/**
 * GitLab's verdict on a text for the pipeline file. A read-only token may not submit one; if the text is what is
 * committed on the default branch, GitLab lints that instead. Rejects with the first request's `GitLabError`.
 */
export async function lintOf(
  gitlab: GitLab,
  projectId: number,
  text: string,
  committed: Known<string | undefined> | Promise<Known<string | undefined>>,
): Promise<LintResult> {
  return gitlab.lint(projectId, text).catch(async (error) => {
    const onDefaultBranch = await committed;
    const isCommitted = onDefaultBranch.known && onDefaultBranch.value === text;
    if (!isCommitted || !isRefusal(error)) throw error;
    return gitlab.lintCommitted(projectId).catch((second) => {
      throw second instanceof GitLabError ? error : second;
    });
  });
}

const isRefusal = (error: unknown) =>
  error instanceof GitLabError && (error.kind === 'insufficient-scope' || error.kind === 'forbidden');
