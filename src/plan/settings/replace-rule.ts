import { reasonOf } from '../../kernel/errors.ts';
import { isOvertaken, mayBeDone } from '../../ports/gitlab-error.ts';

/** A protection rule that GitLab can only change by deleting it and creating it again. */
export interface Replacement {
  /** 'The protection of the tags v*' */
  what: string;
  /** Who was let in by the rule that is replaced, for the case that it cannot be put back. */
  before: string;
  remove(): Promise<void>;
  create(): Promise<void>;
  /** Creates the rule as it was before. */
  restore(): Promise<void>;
}

/**
 * Replaces a rule; where the new one is refused the old one is put back before the refusal is reported. GitLab refuses
 * a second rule of the same name, so that creating one again after a lost answer is safe, and tells what became of it.
 */
export async function replaceRule({ what, before, remove, create, restore }: Replacement): Promise<void> {
  const removal = await errorOf(remove);
  if (removal !== undefined && !mayBeDone(removal) && !isOvertaken(removal)) throw removal;
  const refusal = await errorOfTwo(create);
  if (refusal === undefined) return;
  // The old rule is there still: its removal was lost on the way.
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

/** A creation whose answer was lost is made again; that the rule exists then says that it was made at first. */
async function errorOfTwo(create: () => Promise<void>): Promise<unknown> {
  const first = await errorOf(create);
  if (!mayBeDone(first)) return first;
  const second = await errorOf(create);
  return isOvertaken(second) ? undefined : second;
}
