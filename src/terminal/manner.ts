import { showsUnicode } from './ascii.ts';
import { wantsColour } from './paint.ts';

/** How a run may speak. */
export interface Manner {
  colour: boolean;
  unicode: boolean;
  /** Lines may be redrawn; where not, questions are plain lines too. */
  redraws: boolean;
  /** There is somebody who can answer. */
  attended: boolean;
  /** Nothing is shown at all. */
  silent: boolean;
}

/** What of the process decides on that. */
export interface Ends {
  env: Record<string, string | undefined>;
  platform: NodeJS.Platform;
  inputIsTty: boolean;
  outputIsTty: boolean;
}

/** Follows NO_COLOR, TERM, the locale, CI, and ACCESSIBLE=1 for screen readers. */
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
