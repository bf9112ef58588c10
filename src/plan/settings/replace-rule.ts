import { reasonOf } from '../../kernel/errors.ts';
import { isOvertaken, mayBeDone } from '../../ports/gitlab-error.ts';

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
