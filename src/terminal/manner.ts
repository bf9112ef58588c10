import { showsUnicode } from './ascii.ts';
import { showsLinks } from './links.ts';
import { wantsColour } from './paint.ts';

/** How a run may talk to the user. */
export interface Manner {
  colour: boolean;
  unicode: boolean;
  /** Addresses become links. */
  links: boolean;
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
  const colour = !accessible && wantsColour(outputIsTty, env);
  const redraws = outputIsTty && !ci && !accessible && env.TERM !== 'dumb';
  return {
    colour,
    unicode: showsUnicode(env, platform),
    links: colour && redraws && showsLinks(env),
    redraws,
    attended: inputIsTty && outputIsTty && !ci,
  };
}

const isSet = (value: string | undefined) => value !== undefined && !/^(|0|false)$/i.test(value);
