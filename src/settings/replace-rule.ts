import { reasonOf } from '../errors.ts';

/** A protection rule that GitLab can only change by deleting it and creating it again. */
export interface Replacement {
  /** 'The protection of the tags v*' */
  what: string;
  remove(): Promise<void>;
  create(): Promise<void>;
  /** Creates the rule as it was before. */
  restore(): Promise<void>;
}

/** Replaces a rule; where the new one is refused the old one is put back before the refusal is reported. */
export async function replaceRule({ what, remove, create, restore }: Replacement): Promise<void> {
  await remove();
  try {
    await create();
  } catch (error) {
    await restore().catch((second) => {
      throw new Error(
        `${what} was removed, and neither the new rule nor the old one could be created: ${reasonOf(error)}; ${reasonOf(second)}`,
        { cause: error },
      );
    });
    throw new Error(
      `${what} was put back as it was, because GitLab refused the new rule: ${reasonOf(error)}`,
      {
        cause: error,
      },
    );
  }
}
