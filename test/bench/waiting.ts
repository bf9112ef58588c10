import { demoBeginning } from '../../src/rehearsal/demo-worlds.ts';
import { madeUpToken } from '../../src/rehearsal/package-index/made-up-token.ts';
import { type Beginning, startWorld, type World } from '../../src/rehearsal/world.ts';
import { placeOf } from '../support/program.ts';
import { type Figure, inTurn } from './figures.ts';
import { checkIn, program, timeOf } from './programs.ts';

const latency = 200;

/** How many responses `check` waits for one after another. */
export async function waiting(): Promise<Figure[]> {
  const figures = [
    await roundTrips('few settings, nothing set up', demoBeginning('solo'), ['--no-testpypi']),
    await roundTrips('many settings, nothing set up', demoBeginning('team-premium'), []),
    await roundTrips('many settings, route `protected` set up', demoBeginning('team-premium'), [], true),
    await roundTrips('many settings, route `token` set up', demoBeginning('team-free'), tokenRoute, true),
  ];
  return figures;
}

const tokenRoute = ['--route', 'token'];

async function roundTrips(
  name: string,
  { names: _, ...beginning }: Beginning,
  options: string[],
  isSetUp = false,
): Promise<Figure> {
  const world = await startWorld(beginning);
  try {
    if (isSetUp) await setUp(world, options);
    const check = (milliseconds: number) => {
      for (const server of [world.gitlab, world.pypi, world.testpypi]) server.latency = milliseconds;
      return timeOf(checkIn(world, ...options));
    };
    const { quick, slow } = await inTurn(5, { quick: () => check(0), slow: () => check(latency) });
    const what = `round trips of \`check\`: ${name}`;
    return { what, measured: (slow - quick) / latency, limit: 4, unit: 'round trips' };
  } finally {
    await world.close();
  }
}

async function setUp(world: World, options: string[]): Promise<void> {
  const token = (index: { url: string }) => madeUpToken(new URL(index.url).host, 'made up for the bench');
  const tokens = { PYPI_TOKEN: token(world.pypi), TESTPYPI_TOKEN: token(world.testpypi) };
  const place = ['--gitlab-url', world.gitlab.url, ...placeOf(world)];
  await timeOf(program('setup', '--yes', ...options, ...place), tokens);
  if (world.gitlab.writes().length === 0) throw new Error('Nothing was set up.');
}
