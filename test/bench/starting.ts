import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { against, type Figure, fastest, inTurn } from './figures.ts';
import { checkIn, peakOf, program, timeOf, timeToFirstLine } from './programs.ts';

const nothing = ['-e', '0'];
const bare = '`node -e 0`';

/** Time until the program starts and shows something, and its memory usage. */
export async function starting(): Promise<Figure[]> {
  const [quick, slow] = await Promise.all([startWorld(), startWorld({ latency: 2000 })]);
  try {
    return figuresOf(await measure(quick, slow));
  } finally {
    await Promise.all([quick.close(), slow.close()]);
  }
}

async function measure(quick: World, slow: World) {
  const starts = {
    bare: () => timeOf(nothing),
    version: () => timeOf(program('--version')),
    help: () => timeOf(program('--help')),
    firstLine: () => timeToFirstLine(checkIn(slow)),
  };
  const peaks = { bareMemory: () => peakOf(nothing), memory: () => peakOf(checkIn(quick)) };
  return { ...(await inTurn(25, starts, fastest)), ...(await inTurn(15, peaks)) };
}

function figuresOf(measured: Awaited<ReturnType<typeof measure>>): Figure[] {
  const started = against(bare, measured.bare, 1.25, 10);
  return [
    { what: '`--version`', measured: measured.version, unit: 'ms', ...started },
    { what: '`--help`', measured: measured.help, unit: 'ms', ...started },
    {
      what: 'first line of `check`, GitLab answering after 2 s',
      measured: measured.firstLine,
      unit: 'ms',
      ...against(bare, measured.bare, 1.5, 20),
    },
    {
      what: 'peak memory of `check`',
      measured: measured.memory,
      unit: 'MB',
      ...against(bare, measured.bareMemory, 2),
    },
  ];
}
