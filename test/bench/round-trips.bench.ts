import { it } from 'vitest';
import { startWorld } from '../../src/rehearsal/world.ts';
import { runIn, runProgram } from '../support/program.ts';

const latency = 200;
const rounds = 5;

/** The median of what a piece of work takes, in milliseconds. */
async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return times.sort((one, other) => one - other)[Math.floor(rounds / 2)] ?? 0;
}

it('prints how long the program waits for answers, and how long it takes to start', async () => {
  const world = await startWorld();
  const check = () => runIn(world, ['check']);
  const servers = [world.gitlab, world.pypi, world.testpypi];
  const quick = await median(check);
  for (const server of servers) server.latency = latency;
  const slow = await median(check);
  await world.close();
  const waits = (slow - quick) / latency;
  console.log(
    `check: ${Math.round(quick)} ms, with ${latency} ms of latency ${Math.round(slow)} ms: ${waits.toFixed(1)} round trips of waiting`,
  );
  console.log(
    `--help: ${Math.round(await median(() => runProgram(['--help'])))} ms, --version: ${Math.round(await median(() => runProgram(['--version'])))} ms`,
  );
});
