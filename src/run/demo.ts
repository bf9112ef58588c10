import { resolve } from 'node:path';
import { indexTokenVariables } from '../indexes/token-variables.ts';
import { Cancelled } from '../kernel/errors.ts';
import { quote } from '../kernel/quote.ts';
import { demoBeginning } from '../rehearsal/demo-worlds.ts';
import { driftsOf } from '../rehearsal/drifts.ts';
import { madeUpToken } from '../rehearsal/package-index/made-up-token.ts';
import { resumeWorld, saveWorld, startWorld, type World } from '../rehearsal/world.ts';
import { check } from './check.ts';
import type { Context } from './context.ts';
import { setup } from './setup.ts';

const token = 'glpat-demo-alice';

/** The wizard with its own servers: same program, another world. Returns the exit code of the setup. */
export async function demo(context: Context): Promise<number> {
  const { terminal, options, cwd } = context;
  const { paint } = terminal;
  const world =
    options.directory === '.'
      ? await startWorld({ ...demoBeginning(options.as ?? 'team-premium'), env: context.env })
      : await resumeWorld(resolve(cwd, options.directory));
  const inside = insideOf(world, context);
  terminal.print(
    paint.bold('A rehearsal: this program plays GitLab, PyPI and TestPyPI, here alone.'),
    paint.dim(`The Python project is in ${world.directory}.`),
    '',
  );
  try {
    const exitCode = await setup(inside);
    if (terminal.interactive) await playOn(world, inside).catch((error) => sayWhatStays(error, world));
    showWhatNext(world, context);
    return exitCode;
  } finally {
    await saveWorld(world);
    await world.close();
  }
}

/** The same context with the rehearsal's URLs and tokens; it must not get any of the user's. */
function insideOf(world: World, context: Context): Context {
  const { GITLAB_ACCESS_TOKEN: _, ...env } = context.env;
  const options = { ...context.options, ...placeOf(world), command: 'setup' as const };
  const { asOfficial, gitlab } = world;
  const tokens = { GITLAB_TOKEN: token, GITLAB_HOST: gitlab.url, ...uploadTokens(world) };
  return { ...context, options, asOfficial, rehearsal: true, env: { ...env, ...tokens } };
}

function uploadTokens({ pypi, testpypi }: World): Record<string, string> {
  const made = (index: { url: string }) => madeUpToken(new URL(index.url).host, 'made up for the demo');
  return { [indexTokenVariables.pypi]: made(pypi), [indexTokenVariables.testpypi]: made(testpypi) };
}

function placeOf({ directory, pypi, testpypi }: World) {
  return { directory, pypiUrl: pypi.url, testpypiUrl: testpypi.url };
}

function showWhatNext({ directory }: World, { terminal, program, platform, options }: Context): void {
  const { paint, print, printAsIs } = terminal;
  const again = `${program} demo --directory ${quote(directory, platform)}`;
  print('', paint.bold('What to try next'));
  if (options.dryRun) {
    print(
      `  ${paint.plain(`Nothing was edited in the scratch project, ${directory}. To make the changes there:`)}`,
    );
    printAsIs(`  ${paint.cyan(again)}`);
    return;
  }
  print(`  ${paint.plain(`The scratch project is in ${directory}; 'git diff' there shows the edits.`)}`);
  print('  Look again, or edit its files and see them repaired:');
  printAsIs(`  ${paint.cyan(`${again} --dry-run`)}`, `  ${paint.cyan(again)}`);
}

/** How to point the program at the rehearsal from another terminal while this one runs. */
function showWayIn(world: World, { terminal, program, platform }: Context): void {
  const { paint } = terminal;
  const { directory, pypiUrl, testpypiUrl } = placeOf(world);
  const where = `-C ${quote(directory, platform)} --gitlab-url ${world.gitlab.url} --pypi-url ${pypiUrl} --testpypi-url ${testpypiUrl}`;
  const check = `${program} check ${where}`;
  terminal.print(
    '',
    paint.dim('The servers run until you end this. In another terminal you can use them yourself:'),
  );
  const lines =
    platform === 'win32' ? [`$env:GITLAB_TOKEN = "${token}"`, check] : [`GITLAB_TOKEN=${token} ${check}`];
  terminal.printAsIs(...lines.map((line) => `  ${paint.cyan(line)}`), '');
}

type Next = 'check' | 'drift' | 'setup' | 'end';

/** Check, drift and repair for as long as the user likes. */
async function playOn(world: World, context: Context): Promise<void> {
  const { terminal } = context;
  // From outside, these indexes would look like some other Warehouse, and behave differently.
  if (!world.asOfficial) showWayIn(world, context);
  for (let next: Next = 'check'; ; ) {
    next = await terminal.select<Next>(
      'What now?',
      [
        { value: 'check', label: 'Check how everything stands' },
        { value: 'drift', label: 'Let something drift' },
        { value: 'setup', label: 'Run the wizard again' },
        { value: 'end', label: 'End the rehearsal', hint: 'its servers stop, the project stays' },
      ],
      next,
    );
    if (next === 'end') return;
    if (next === 'drift') await drift(world, context);
    else await stayInside(context, () => (next === 'check' ? check(asCheck(context)) : setup(context)));
    next = next === 'drift' ? 'check' : next === 'check' ? 'setup' : 'drift';
  }
}

/** `check` inside the rehearsal; its other runs are `setup`. */
function asCheck(context: Context): Context {
  return { ...context, options: { ...context.options, command: 'check' } };
}

async function drift(world: World, { terminal }: Context): Promise<void> {
  const choices = driftsOf(world).map((value) => ({ value, label: value.label }));
  const chosen = await terminal.select('What has happened meanwhile?', choices, choices[0]?.value);
  await chosen?.happen(world);
}

/** Nothing of the user's own was ever touched. */
function sayWhatStays(error: unknown, { directory }: World): never {
  if (!(error instanceof Cancelled)) throw error;
  throw new Cancelled(error.exitCode, `The rehearsal has ended; its scratch project stays in ${directory}.`);
}

/** Quitting a run of the wizard does not quit the rehearsal; stopping its work does. */
async function stayInside({ stop }: Context, work: () => Promise<number>): Promise<void> {
  await work().catch((error) => {
    if (!(error instanceof Cancelled) || stop.signal.aborted) throw error;
  });
}
