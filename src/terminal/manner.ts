import { showsUnicode } from './ascii.ts';
import { wantsColour } from './paint.ts';

/** How a run may talk to the user. */
export interface Manner {
  colour: boolean;
  unicode: boolean;
  /** Lines may be redrawn; if not, questions are plain lines too. */
  redraws: boolean;
  /** Someone is there to answer. */
  attended: boolean;
  /** Show nothing at all. */
  silent: boolean;
}

/** What this depends on. */
export interface Ends {
  env: Record<string, string | undefined>;
  platform: NodeJS.Platform;
  inputIsTty: boolean;
  outputIsTty: boolean;
}

/** Honours NO_COLOR, TERM, the locale, CI, and ACCESSIBLE=1 for screen readers. */
export function mannerOf({ env, platform, inputIsTty, outputIsTty }: Ends): Omit<Manner, 'silent'> {
  const ci = isSet(env.CI);
  const accessible = isSet(env.ACCESSIBLE);
  return {
    colour: !accessible && wantsColour(outputIsTty, env),
    unicode: showsUnicode(env, platform),
    redraws: outputIsTty && !ci && !accessible && env.TERM !== 'dumb',
    attended: inputIsTty && outputIsTty && !ci,
  };
}

const isSet = (value: string | undefined) => value !== undefined && !/^(|0|false)$/i.test(value);
