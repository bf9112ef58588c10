import { createContext, Script } from 'node:vm';
import { remembered } from '../../kernel/memoize.ts';

/** GitLab's own engine takes no time that grows beyond the text; that of JavaScript may: https://github.com/google/re2 */
const longest = 250;

/** How many may take too long before no other is tried. */
let patience = 4;

const world = createContext({ source: '', flags: '', text: '' });
const script = new Script('new RegExp(source, flags).test(text)');

const answers = remembered((question: string): { matches: boolean | undefined } => {
  if (patience === 0) return { matches: undefined };
  const [source, flags, text] = JSON.parse(question);
  try {
    return {
      matches: script.runInContext(Object.assign(world, { source, flags, text }), { timeout: longest }),
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') patience -= 1;
    return { matches: undefined };
  }
}, 1000);

/** Whether a text matches a pattern from a pipeline; undefined where the pattern is none, or takes too long. */
export function matches(source: string, flags: string, text: string): boolean | undefined {
  return answers(JSON.stringify([source, flags, text])).matches;
}
