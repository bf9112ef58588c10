import type { Facts } from '../facts/index.ts';
import { accessLevels } from '../kernel/access-level.ts';
import { fitsPattern } from '../kernel/wildcard.ts';
import { letsIn } from '../people/index.ts';

/** How edited files get to the default branch. */
export interface NextPush {
  /** Files to commit; none if all are committed. */
  commit: string[];
  /** The default branch, or the branch for the merge request. */
  branch: string;
  /** The branch has to be created. */
  isNew: boolean;
  /** Address of the page for the new merge request; undefined if the default branch takes the push. */
  mergeRequest: string | undefined;
}

/** The push of all that the default branch does not have yet; `edited` was just written. Undefined if it has all. */
export function nextPush(facts: Facts, edited: string[]): NextPush | undefined {
  const { repository, pipeline, gitlab } = facts;
  const commit = [...new Set([...edited, ...pipeline.uncommitted])];
  const pending = commit.length + (repository.unpushed ?? []).length > 0 || isPipelinePending(facts);
  if (!pending) return undefined;
  const branch = defaultBranchOf(facts);
  const isOnIt = repository.branch === branch;
  if (isOnIt && mayPush(facts, branch)) return { commit, branch, isNew: false, mergeRequest: undefined };
  const isNew = isOnIt || repository.branch === undefined;
  const source = isNew ? freeName(repository.branches) : (repository.branch ?? '');
  const query = `merge_request%5Bsource_branch%5D=${encodeURIComponent(source)}`;
  const mergeRequest = `${projectUrl(gitlab)}/-/merge_requests/new?${query}`;
  return { commit, branch: source, isNew, mergeRequest };
}

/** Whether GitLab has another pipeline file on the default branch; not known if it could not be read. */
export function isPipelinePending({ gitlab: { committedPipeline }, pipeline }: Facts): boolean {
  return pipeline.text !== undefined && committedPipeline.known && committedPipeline.value !== pipeline.text;
}

/**
 * Whether GitLab has a newer pipeline file on the default branch than this checkout, in which everything is committed
 * and, as last fetched, pushed.
 */
export function isBehind(facts: Facts, edited: string[]): boolean {
  const { repository, pipeline } = facts;
  const isClean = edited.length + pipeline.uncommitted.length === 0 && repository.unpushed?.length === 0;
  return isClean && isPipelinePending(facts);
}

/** The default branch; of an empty project, the branch that will become it. */
export const defaultBranchOf = ({ gitlab, repository }: Pick<Facts, 'gitlab' | 'repository'>): string =>
  gitlab.project.defaultBranch ?? repository.branch ?? 'main';

/** The project's page. */
export const projectUrl = ({ project, url }: Facts['gitlab']): string =>
  project.webUrl || `${url.value}/${project.path}`;

/**
 * Whether the user may push to a branch, as the most permissive of its rules says: with none, GitLab lets Developers. The
 * user of a bot's token is somebody else, who is taken for a Maintainer, as are those whose role is not known.
 */
function mayPush({ gitlab }: Facts, branch: string): boolean {
  const { protectedBranches, members, user, project } = gitlab;
  if (!protectedBranches.known) return true;
  const rules = protectedBranches.value.filter(({ name }) => fitsPattern(branch, name));
  const found =
    user.known && members.known ? members.value.find(({ id }) => id === user.value.id) : undefined;
  const isPerson = user.known && !user.value.bot;
  const level = isPerson
    ? (found?.accessLevel ?? project.accessLevel ?? accessLevels.maintainer)
    : accessLevels.maintainer;
  const id = isPerson ? user.value.id : 0;
  const member = {
    id,
    username: '',
    name: '',
    state: 'active',
    expiresAt: null,
    ...found,
    accessLevel: level,
  };
  if (rules.length === 0) return level >= accessLevels.developer;
  return rules.some(({ pushAccessLevels }) => pushAccessLevels.some((row) => letsIn(row, member)));
}

/** A name that no local branch has. */
function freeName(branches: string[]): string {
  const names = ['', ...Array.from({ length: branches.length + 1 }, (_, index) => `-${index + 2}`)];
  return names.map((end) => `publish-to-pypi${end}`).find((name) => !branches.includes(name)) ?? '';
}
