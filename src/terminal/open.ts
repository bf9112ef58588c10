import type { Stop } from '../kernel/stop.ts';
import { asciiStream, inAscii } from './ascii.ts';
import { linkAddresses } from './links.ts';
import type { Manner } from './manner.ts';
import { movingOutput, stillOutput } from './output.ts';
import type { Asker, Output, Streams, Terminal } from './terminal.ts';

/** Opens a terminal to match. Loads only the way of asking that is needed, and none if nobody will be asked. */
export async function openTerminal(
  { input, output: stream }: Streams,
  manner: Manner,
  stop: Stop,
): Promise<Terminal> {
  const { unicode, colour, links, redraws, attended, silent } = manner;
  let target = (url: string) => url;
  const linked = (text: string) => (links ? linkAddresses(text, (url) => target(url)) : text);
  const write = (text: string) => silent || stream.write(linked(unicode ? text : inAscii(text)));
  const sink = { write, columns: () => stream.columns, rows: () => stream.rows, colour };
  const output = redraws ? movingOutput(sink) : stillOutput(sink);
  const leadLinks = (to: typeof target) => {
    target = to;
  };
  const joined = (asker: Asker) => join(output, asker, leadLinks);
  if (!attended) return joined(nobody);
  const streams = { input, output: unicode ? stream : asciiStream(stream) };
  if (!redraws) {
    const { lineAsker } = await import('./line-asker.ts');
    return joined(lineAsker(streams, output, stop));
  }
  const { interactiveAsker } = await import('./interactive.ts');
  return joined(interactiveAsker(streams, output.paint, stop));
}

/** Combines both; `columns` is a getter because a terminal can be resized. */
function join(output: Output, asker: Asker, leadLinks: Terminal['leadLinks']): Terminal {
  return {
    ...output,
    ...asker,
    leadLinks,
    get columns() {
      return output.columns;
    },
  };
}

const refuse = async (): Promise<never> => {
  throw new Error('A question was asked although there is nobody to answer it.');
};

/** For pipes, CI, `--yes`, `--json` and `--quiet`. */
const nobody: Asker = {
  interactive: false,
  select: refuse,
  selectMany: refuse,
  text: refuse,
  confirm: refuse,
  secret: refuse,
  orBack: refuse,
  close: () => undefined,
};
