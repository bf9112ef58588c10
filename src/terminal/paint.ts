import { styleText } from 'node:util';
import { escapeText, oneLine } from './escape.ts';

type Brush = (text: string) => string;

/** Text styles. Each escapes its input, so everything that is shown goes through one of them. */
export interface Paint {
  plain: Brush;
  bold: Brush;
  dim: Brush;
  red: Brush;
  green: Brush;
  yellow: Brush;
  cyan: Brush;
}

/** Styles that only use colour if wanted. */
export function makePaint(colour: boolean): Paint {
  const brush =
    (format: Parameters<typeof styleText>[0]): Brush =>
    (text) =>
      colour ? styleText(format, escapeText(text), { validateStream: false }) : escapeText(text);
  return {
    plain: escapeText,
    bold: brush('bold'),
    dim: brush('dim'),
    red: brush('red'),
    green: brush('green'),
    yellow: brush('yellow'),
    cyan: brush('cyan'),
  };
}

/** The lines that tell of an error: what happened, and what to do next. */
export const errorLines = (
  { message, hint }: { message: string; hint: string },
  { red, cyan, plain }: Paint,
): string[] => [`${red('error:')} ${plain(oneLine(message))}`, `${cyan('hint:')} ${plain(oneLine(hint))}`];

/** Whether a stream gets colour: https://no-color.org/, and FORCE_COLOR as Node.js reads it. */
export function wantsColour(isTty: boolean, env: Record<string, string | undefined>): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return !/^(0|false)$/.test(env.FORCE_COLOR);
  return isTty && env.TERM !== 'dumb';
}
