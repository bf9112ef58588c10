import type { Context } from '../context.ts';
import { Cancelled } from '../errors.ts';
import { drifts } from '../rehearsal/drifts.ts';
import { startWorld, type World } from '../rehearsal/world.ts';
import { quote } from '../repeat-command.ts';
import { check } from './check.ts';
import { setup } from './setup.ts';

const token = 'glpat-demo-alice';

/** The wizard against servers of its own: the same program, another world. Returns the exit code of the set-up. */
export async function demo(context: Context): Promise<number> {
  const { terminal } = context;
  const { paint } = terminal;
  const world = await startWorld();
  const inside = insideOf(world, context);
  terminal.print(
    paint.bold('A rehearsal: GitLab, PyPI and TestPyPI are played by this program, on this machine alone.'),
    paint.dim(`GitLab ${world.gitlab.url}, PyPI ${world.pypi.url}, TestPyPI ${world.testpypi.url}`),
    paint.dim(`The Python project is in ${world.directory}.`),
    '',
  );
  try {
    const exitCode = await setup(inside);
    terminal.print('', ...whatNext(world, context));
    if (terminal.interactive) await playOn(world, inside);
    else
      terminal.print(
        paint.dim(
          'The servers of the rehearsal end with this run; in a terminal they stay while you try these things.',
        ),
      );
    return exitCode;
  } finally {
    await world.close();
  }
}

/** The same run with the rehearsal's addresses and its token in place of the user's. */
function insideOf(world: World, context: Context): Context {
  const { GITLAB_HOST: _, GITLAB_ACCESS_TOKEN: __, ...env } = context.env;
  const options = { ...context.options, ...placeOf(world), command: 'setup' as const };
  delete options.remote;
  delete options.gitlabUrl;
  delete options.project;
  return { ...context, options, env: { ...env, GITLAB_TOKEN: token } };
}

function placeOf({ directory, pypi, testpypi }: World) {
  return { directory, pypiUrl: pypi.url, testpypiUrl: testpypi.url };
}

function whatNext(world: World, { terminal, program }: Context): string[] {
  const { paint } = terminal;
  const { directory, pypiUrl, testpypiUrl } = placeOf(world);
  const where = `-C ${quote(directory)} --pypi-url ${pypiUrl} --testpypi-url ${testpypiUrl}`;
  return [
    paint.bold('What to try next'),
    `  ${paint.plain(`The scratch project is in ${directory}; 'git diff' there shows the edits.`)}`,
    `  ${paint.plain('Look again, let something drift (edit .gitlab-ci.yml, say), and set it up again:')}`,
    `  ${paint.cyan(`GITLAB_TOKEN=${token} ${program} check ${where}`)}`,
    `  ${paint.cyan(`GITLAB_TOKEN=${token} ${program} setup ${where}`)}`,
  ];
}

type Next = 'check' | 'drift' | 'setup' | 'end';

/** Checking, drifting and repairing for as long as the user likes. */
async function playOn(world: World, context: Context): Promise<void> {
  const { terminal } = context;
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
  const choices = drifts.map((value) => ({ value, label: value.label }));
  const chosen = await terminal.select('What has happened meanwhile?', choices, choices[0]?.value);
  await chosen?.happen(world);
}

/** Leaving one run of the wizard does not leave the rehearsal. */
async function stayInside(work: () => Promise<number>): Promise<void> {
  await work().catch((error) => {
    if (!(error instanceof Cancelled)) throw error;
  });
}
