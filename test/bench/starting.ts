import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { against, type Figure, inTurn } from './figures.ts';
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

const measure = (quick: World, slow: World) =>
  inTurn(15, {
    bare: () => timeOf(nothing),
    version: () => timeOf(program('--version')),
    help: () => timeOf(program('--help')),
    firstLine: () => timeToFirstLine(checkIn(slow)),
    bareMemory: () => peakOf(nothing),
    memory: () => peakOf(checkIn(quick)),
  });

function figuresOf(medians: Awaited<ReturnType<typeof measure>>): Figure[] {
  const started = against(bare, medians.bare, 1.25, 10);
  return [
    { what: '`--version`', measured: medians.version, unit: 'ms', ...started },
    { what: '`--help`', measured: medians.help, unit: 'ms', ...started },
    {
      what: 'first line of `check`, GitLab answering after 2 s',
      measured: medians.firstLine,
      unit: 'ms',
      ...against(bare, medians.bare, 1.5, 20),
    },
    {
      what: 'peak memory of `check`',
      measured: medians.memory,
      unit: 'MB',
      ...against(bare, medians.bareMemory, 2),
    },
  ];
}
