import type { GitLabFacts } from '../../facts/gitlab-project.ts';
import { reasonOf } from '../../kernel/errors.ts';
import type { AccessRule } from '../../ports/gitlab.ts';
import { isOvertaken, mayBeDone } from '../../ports/gitlab-error.ts';
import { rowLabels } from './access-rows.ts';

/** A protection rule that GitLab can only change by deleting and recreating it. */
export interface Replacement {
  /** 'The protection of the tags v*' */
  what: string;
  /** Whom the replaced rule admitted, in case it cannot be restored. */
  before: string;
  remove(): Promise<void>;
  create(): Promise<void>;
  /** Recreates the old rule. */
  restore(): Promise<void>;
}

/**
 * Replaces a rule. If the new one is rejected, rolls back to the old one before reporting the error. GitLab rejects a
 * second rule of the same name, so creation can safely be retried after a lost response, and reveals whether it had
 * worked.
 */
export async function replaceRule({ what, before, remove, create, restore }: Replacement): Promise<void> {
  const removal = await errorOf(remove);
  if (removal !== undefined && !mayBeDone(removal) && !isOvertaken(removal)) throw removal;
  const refusal = await errorOfTwo(create);
  if (refusal === undefined) return;
  // The old rule is still there: the request to delete it was lost.
  if (removal !== undefined && isOvertaken(refusal)) throw removal;
  const second = await errorOfTwo(restore);
  const why = second === undefined ? reasonOf(refusal) : `${reasonOf(refusal)}; ${reasonOf(second)}`;
  const outcome =
    second === undefined
      ? `${what} was put back as it was, because GitLab refused the new rule`
      : `${what} was removed, and neither the new rule nor the old one (${before}) could be created. Protect it by hand, or run it again, as soon as you can`;
  throw new Error(`${outcome}: ${why}`, { cause: refusal });
}

async function errorOf(work: () => Promise<void>): Promise<unknown> {
  return work().then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Retries a creation whose response was lost; "already exists" then means that the first attempt worked. */
async function errorOfTwo(create: () => Promise<void>): Promise<unknown> {
  const first = await errorOf(create);
  if (!mayBeDone(first)) return first;
  const second = await errorOf(create);
  return isOvertaken(second) ? undefined : second;
}

type ServerFacts = Pick<GitLabFacts, 'server' | 'project'>;

/** Whether the server is Enterprise Edition, licensed or not; if it does not say, assume Community Edition. */
export function isEnterprise({ server, project }: ServerFacts): boolean {
  return project.protectedEnvironmentsLicensed || (server.known && server.value.enterprise === true);
}

/**
 * The rows that the server would silently drop, or reject, when recreating a rule: Community Edition takes one role and
 * no list; Enterprise Edition without a licence takes roles and deploy keys.
 * https://docs.gitlab.com/api/protected_tags/#protect-repository-tags
 */
export function lostRows(lists: AccessRule[][], facts: ServerFacts): AccessRule[] {
  if (facts.project.protectedEnvironmentsLicensed) return [];
  const rows = lists.flat();
  if (isEnterprise(facts))
    return rows.filter(({ userId, groupId }) => userId !== undefined || groupId !== undefined);
  const named = rows.filter(({ accessLevel }) => accessLevel === undefined);
  if (named.length > 0) return named;
  return lists.flatMap((list) => (list.length > 1 ? list : []));
}

/** Why a rule is left to a person, and what to do. */
export function byHand(what: string, wanted: AccessRule[], lost: AccessRule[], page: string): string {
  return `${what} cannot be changed here without losing ${rowLabels(lost)}, which this GitLab's API does not accept. At ${page}, allow exactly these: ${rowLabels(wanted)}.`;
}
