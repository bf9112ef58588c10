import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { indexTokenVariables } from '../indexes/token-variables.ts';
import { Cancelled, UserError } from '../kernel/errors.ts';
import { quote } from '../kernel/quote.ts';
import { reachable } from '../ports/network.ts';
import { demoBeginning } from '../rehearsal/demo-worlds.ts';
import { driftsOf } from '../rehearsal/drifts.ts';
import { madeUpToken } from '../rehearsal/package-index/made-up-token.ts';
import { openRequest } from '../rehearsal/release.ts';
import {
  acceptUserToken,
  locator,
  registerPublisher,
  resumeWorld,
  saveWorld,
  shownAt,
  startWorld,
  type World,
} from '../rehearsal/world.ts';
import { errorLines } from '../terminal/paint.ts';
import { check } from './check.ts';
import type { Context } from './context.ts';
import { showMerge, showRelease, showWaiting } from './rehearse-release.ts';
import { setup } from './setup.ts';

const token = 'glpat-demo-alice';

/** The wizard with its own servers: same program, another world. Returns the exit code of the setup. */
export async function demo(context: Context): Promise<number> {
  const { terminal, options, cwd, stop } = context;
  const { paint } = terminal;
  const world =
    options.directory === '.'
      ? await startWorld({ ...demoBeginning(options.as ?? 'team-premium'), env: context.env })
      : await resumeWorld(resolve(cwd, options.directory));
  const isKept = options.keep === true || options.directory !== '.';
  const cleanUp = () => {
    if (isKept) saveWorld(world);
    else rmSync(world.directory, { recursive: true, force: true, maxRetries: 3 });
    return cancellation(world, context, isKept);
  };
  stop.beforeEnd(cleanUp);
  const inside = insideOf(world, context);
  terminal.leadLinks((url) => reachable(inside.network, url));
  terminal.print(
    paint.bold('Demo: GitLab, PyPI and TestPyPI are simulated on this machine.'),
    paint.dim(`The Python project is in ${world.directory}.`),
  );
  try {
    const exitCode = await setup(inside);
    if (terminal.interactive) await playOn(world, inside);
    showEnd(world, context, isKept);
    return exitCode;
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    const { message, next } = cancellation(world, context, isKept);
    throw new Cancelled(error.exitCode, isKept ? `${error.message} ${message}` : message, next);
  } finally {
    await world.close();
    cleanUp();
  }
}

/** The same context with the demo's servers and tokens; it must not get any of the user's, nor reach any other server. */
function insideOf(world: World, context: Context): Context {
  const { GITLAB_ACCESS_TOKEN: _, ...env } = context.env;
  const { gitlab, pypi, testpypi } = shownAt(world);
  const options = {
    ...context.options,
    directory: world.directory,
    pypiUrl: pypi,
    testpypiUrl: testpypi,
    command: 'setup' as const,
  };
  const made = (url: string) => madeUpToken(new URL(url).host, 'made up for the demo');
  const tokens = {
    GITLAB_TOKEN: token,
    GITLAB_HOST: gitlab,
    [indexTokenVariables.pypi]: made(pypi),
    [indexTokenVariables.testpypi]: made(testpypi),
  };
  acceptUserToken(world.pypi, tokens[indexTokenVariables.pypi]);
  acceptUserToken(world.testpypi, tokens[indexTokenVariables.testpypi]);
  const network = { ...context.network, locate: locator(world) };
  const open = context.openPage;
  return {
    ...context,
    options,
    network,
    openPage: open && ((url) => open(reachable(network, url))),
    rehearsal: true,
    clickAdd: ({ index, fields }) => registerPublisher(world[index.id], fields),
    env: { ...env, ...tokens },
  };
}

/** The last lines: what is left of the demo, which is nothing unless it is kept. */
function showEnd({ directory }: World, context: Context, isKept: boolean): void {
  const { paint, print, printAsIs } = context.terminal;
  const again = resumeCommand(directory, context);
  if (!isKept) {
    print('', paint.dim("The demo is over, and its scratch project is removed; '--keep' would keep it."));
    return;
  }
  print('', paint.bold('What to try next'));
  if (context.options.dryRun) {
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

/** What is said instead of what a real run would say: nothing of the user's own was ever touched. */
function cancellation({ directory }: World, context: Context, isKept: boolean): Cancelled {
  return isKept
    ? new Cancelled(130, `The demo's scratch project stays in ${directory}.`, resumeHint(directory, context))
    : new Cancelled(130, 'The demo is cancelled, and its scratch project is removed.', '');
}

const resumeHint = (directory: string, context: Context) =>
  `Run ${resumeCommand(directory, context)} to go on from what is there.`;

const resumeCommand = (directory: string, { program, platform }: Context) =>
  `${program} demo --directory ${quote(directory, platform)}`;

type Next = 'merge' | 'release' | 'wait' | 'check' | 'drift' | 'setup' | 'pages' | 'end';

/** Check, drift and repair for as long as the user likes. */
async function playOn(world: World, context: Context): Promise<void> {
  const { terminal } = context;
  for (let next: Next = 'release'; ; ) {
    const request = openRequest(world);
    if (request !== undefined) next = 'merge';
    next = await terminal.select<Next>(
      'What now?',
      [
        ...(request === undefined
          ? []
          : [{ value: 'merge' as const, label: `Merge the merge request !${request.iid}` }]),
        { value: 'release', label: 'Rehearse a release', hint: 'push, tag, approve, publish' },
        { value: 'wait', label: 'Rehearse a release and wait for it', hint: 'as check --wait does' },
        { value: 'check', label: 'Run all checks' },
        { value: 'drift', label: 'Break something' },
        { value: 'setup', label: 'Run the wizard again' },
        { value: 'pages', label: 'Look at the simulated pages' },
        { value: 'end', label: 'Quit', hint: 'the simulated servers stop' },
      ],
      next,
    );
    if (next === 'end') return;
    const isDone = await play(next, world, context);
    next = following(next, isDone);
  }
}

/** What is likely to come next. */
function following(last: Exclude<Next, 'end'>, isDone: boolean): Next {
  if (last === 'release' || last === 'wait') return isDone ? 'check' : last;
  return ({ merge: 'wait', check: 'setup', drift: 'check', setup: 'release', pages: 'release' } as const)[
    last
  ];
}

/** Resolves to whether a release arrived; the other steps always succeed in the demo's eyes. */
async function play(step: Exclude<Next, 'end'>, world: World, context: Context): Promise<boolean> {
  if (step === 'merge') return showMerge(world, context);
  if (step === 'release') return showRelease(world, context);
  if (step === 'wait') return showWaiting(world, context, () => stayInside(context, () => wait(context)));
  if (step === 'drift') await drift(world, context);
  else if (step === 'pages') await showPages(world, context);
  else await stayInside(context, () => (step === 'check' ? check(asCheck(context)) : setup(context)));
  return true;
}

/** Opens a page, or shows its real address where no browser can be opened. */
async function showPages(world: World, { terminal, openPage, network }: Context): Promise<void> {
  const { gitlab, pypi, testpypi } = shownAt(world);
  const [project] = world.gitlab.state.projects;
  const [name = ''] = world.pypi.state.projects.map((it) => it.name);
  const url = await terminal.select(
    'Which page?',
    [
      { value: `${gitlab}/${project?.path_with_namespace}`, label: 'The project on GitLab' },
      ...(project?.merge_requests ?? []).map(({ iid }) => ({
        value: `${gitlab}/${project?.path_with_namespace}/-/merge_requests/${iid}`,
        label: `The merge request !${iid}`,
      })),
      { value: `${pypi}/project/${name}/`, label: 'The package on PyPI' },
      { value: `${pypi}/manage/project/${name}/settings/publishing/`, label: 'The publishers on PyPI' },
      { value: `${testpypi}/manage/account/publishing/`, label: 'The publishers on TestPyPI' },
    ],
    `${gitlab}/${project?.path_with_namespace}`,
  );
  if (openPage) openPage(url);
  else terminal.printAsIs(`  ${terminal.paint.cyan(reachable(network, url))}`);
}

/** `check` inside the rehearsal; its other runs are `setup`. */
function asCheck(context: Context): Context {
  return { ...context, options: { ...context.options, command: 'check' } };
}

/** `check --wait`; the embedded GitLab may be asked more often than a real one. */
function wait(context: Context): Promise<number> {
  const inside = asCheck(context);
  const clock = { ...context.clock, sleep: () => context.clock.sleep(500) };
  return check({ ...inside, clock, options: { ...inside.options, wait: true } });
}

async function drift(world: World, { terminal }: Context): Promise<void> {
  const choices = driftsOf(world).map((value) => ({ value, label: value.label }));
  const chosen = await terminal.select('What changed?', choices, choices[0]?.value);
  await chosen?.happen(world);
}

/** Neither quitting a run of the wizard nor what it refuses quits the rehearsal; stopping its work does. */
async function stayInside({ stop, terminal }: Context, work: () => Promise<number>): Promise<void> {
  await work().catch((error) => {
    if (error instanceof UserError) return terminal.print(...errorLines(error, terminal.paint));
    if (!(error instanceof Cancelled) || stop.signal.aborted) throw error;
  });
}
