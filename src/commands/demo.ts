import { resolve } from 'node:path';
import { quote } from '../command-line/repeat.ts';
import type { Context } from '../context.ts';
import { Cancelled } from '../errors.ts';
import { tokenSources } from '../facts/upload-tokens.ts';
import { demoBeginning } from '../rehearsal/demo-worlds.ts';
import { driftsOf } from '../rehearsal/drifts.ts';
import { madeUpToken } from '../rehearsal/package-index/made-up-token.ts';
import { resumeWorld, saveWorld, startWorld, type World } from '../rehearsal/world.ts';
import { check } from './check.ts';
import { setup } from './setup.ts';

const token = 'glpat-demo-alice';

/** The wizard against servers of its own: the same program, another world. Returns the exit code of the set-up. */
export async function demo(context: Context): Promise<number> {
  const { terminal, options, cwd } = context;
  const { paint } = terminal;
  const world =
    options.directory === '.'
      ? await startWorld({ ...demoBeginning(options.as ?? 'team-premium'), env: context.env })
      : await resumeWorld(resolve(cwd, options.directory));
  const inside = insideOf(world, context);
  terminal.print(
    paint.bold('A rehearsal: GitLab, PyPI and TestPyPI are played by this program, on this machine alone.'),
    paint.dim(`GitLab ${world.gitlab.url}, PyPI ${world.pypi.url}, TestPyPI ${world.testpypi.url}`),
    paint.dim(`The Python project is in ${world.directory}.`),
    '',
  );
  try {
    const exitCode = await setup(inside);
    if (terminal.interactive) await playOn(world, inside);
    terminal.printAsIs('', ...whatNext(world, context));
    return exitCode;
  } finally {
    await saveWorld(world);
    await world.close();
  }
}

/** The same run with the rehearsal's addresses and its tokens in place of the user's, none of which it must get. */
function insideOf(world: World, context: Context): Context {
  const { GITLAB_HOST: _, GITLAB_ACCESS_TOKEN: __, ...env } = context.env;
  const options = { ...context.options, ...placeOf(world), command: 'setup' as const };
  delete options.remote;
  delete options.gitlabUrl;
  delete options.project;
  const { asOfficial } = world;
  return { ...context, options, asOfficial, env: { ...env, GITLAB_TOKEN: token, ...uploadTokens(world) } };
}

function uploadTokens({ pypi, testpypi }: World): Record<string, string> {
  const made = (index: { url: string }) => madeUpToken(new URL(index.url).host, 'made up for the demo');
  return { [tokenSources.pypi]: made(pypi), [tokenSources.testpypi]: made(testpypi) };
}

function placeOf({ directory, pypi, testpypi }: World) {
  return { directory, pypiUrl: pypi.url, testpypiUrl: testpypi.url };
}

function whatNext({ directory }: World, { terminal, program }: Context): string[] {
  const { paint } = terminal;
  const again = `${program} demo --directory ${quote(directory)}`;
  return [
    paint.bold('What to try next'),
    `  ${paint.plain(`The scratch project is in ${directory}; 'git diff' there shows the edits.`)}`,
    `  ${paint.plain('Look again (nothing is left to do), or edit .gitlab-ci.yml or pyproject.toml there and see it put right:')}`,
    `  ${paint.cyan(`${again} --dry-run`)}`,
    `  ${paint.cyan(again)}`,
  ];
}

/** How the program itself is pointed at the rehearsal, from another terminal while this one runs. */
function fromOutside(world: World, { terminal, program }: Context): string[] {
  const { paint } = terminal;
  const { directory, pypiUrl, testpypiUrl } = placeOf(world);
  const where = `-C ${quote(directory)} --pypi-url ${pypiUrl} --testpypi-url ${testpypiUrl}`;
  return [
    paint.dim('The servers run until you end this. In another terminal you can use them yourself:'),
    `  ${paint.cyan(`GITLAB_TOKEN=${token} ${program} check ${where}`)}`,
    '',
  ];
}

type Next = 'check' | 'drift' | 'setup' | 'end';

/** Checking, drifting and repairing for as long as the user likes. */
async function playOn(world: World, context: Context): Promise<void> {
  const { terminal } = context;
  // A run from outside takes these indexes for some other Warehouse, and would tell another story.
  if (!world.asOfficial) terminal.printAsIs('', ...fromOutside(world, context));
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
    else await stayInside(() => (next === 'check' ? check(context) : setup(context)));
    next = next === 'drift' ? 'check' : next === 'check' ? 'setup' : 'drift';
  }
}

async function drift(world: World, { terminal }: Context): Promise<void> {
  const choices = driftsOf(world).map((value) => ({ value, label: value.label }));
  const chosen = await terminal.select('What has happened meanwhile?', choices, choices[0]?.value);
  await chosen?.happen(world);
}

/** Leaving one run of the wizard does not leave the rehearsal. */
async function stayInside(work: () => Promise<number>): Promise<void> {
  await work().catch((error) => {
    if (!(error instanceof Cancelled)) throw error;
  });
}
