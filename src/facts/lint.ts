import type { Known } from '../kernel/known.ts';
import type { GitLab, LintResult } from '../ports/gitlab.ts';
import { GitLabError } from '../ports/gitlab-error.ts';

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
    return gitlab.lintCommitted(projectId).catch(() => Promise.reject(error));
  });
}

const isRefusal = (error: unknown) =>
  error instanceof GitLabError && (error.kind === 'insufficient-scope' || error.kind === 'forbidden');
