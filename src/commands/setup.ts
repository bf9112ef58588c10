import { applyPlan } from '../apply.ts';
import { repeatCommand } from '../command-line/repeat.ts';
import type { Context } from '../context.ts';
import { agreeOnPlan } from '../conversation.ts';
import type { Comparison } from '../credentials.ts';
import { Cancelled, UserError } from '../errors.ts';
import { look } from '../look.ts';
import type { SettledSetting } from '../plan.ts';
import { showPublisherPages } from '../publisher/show-pages.ts';
import { buildReport, exitCodeOf } from '../report.ts';
import { applyProgress, workHeading } from '../terminal/apply-view.ts';
import { choicesView } from '../terminal/choices-view.ts';
import { type Ending, openPages } from '../terminal/left-view.ts';
import { planView, showEdits } from '../terminal/plan-view.ts';
import { outcomeView, showEnd } from '../terminal/report-view.ts';
import { notesView } from '../terminal/states-view.ts';
import { showTitle } from '../terminal/title-view.ts';

/** The wizard: look, ask, show the plan, confirm, apply, show the publisher pages, report. Returns the exit code. */
export async function setup(context: Context): Promise<number> {
  const { options, terminal } = context;
  refuseJsonWithQuestions(context);
  showTitle(terminal, 'looks, asks, shows each change, then makes it.');
  const wanted = await agreeOnPlan(context, await look(context));
  if (options.dryRun) return showDryRun(context, wanted);
  const settled = await apply(context, wanted);
  const pages = settled.some(({ outcome }) => outcome === 'applied') ? openPages({ ...wanted, settled }) : [];
  const ending = { ...wanted, settled, formsShown: terminal.interactive };
  await showPublisherPages(context, pages).catch(async (error) => {
    if (!(error instanceof Cancelled)) throw error;
    await finish(context, ending, error.exitCode);
    throw new Cancelled(error.exitCode, 'Cancelled; what is reported above stays as it is.');
  });
  return finish(context, ending, exitCodeOf(settled));
}

async function apply(
  { terminal, stop }: Context,
  { facts, goal, plan, looked }: Comparison,
): Promise<SettledSetting[]> {
  terminal.print(...workHeading(plan, terminal.paint));
  const progress = applyProgress(terminal, plan, stop.signal);
  const settled = await stop.hold(() => applyPlan(plan, facts, goal, looked, progress));
  if (!stop.signal.aborted) return settled;
  terminal.print('', ...outcomeView(settled, terminal.paint));
  const exitCode = stop.signal.reason === 'SIGTERM' ? 143 : 130;
  throw new Cancelled(exitCode, 'Cancelled; what is reported above as put in place stays.');
}

async function finish(context: Context, ending: Ending, exitCode: number): Promise<number> {
  const { terminal, options } = context;
  const { facts, goal, settled } = ending;
  showEnd(context, ending);
  if (settled.some(({ outcome }) => outcome !== 'unchanged')) {
    terminal.print('', terminal.paint.bold('The same again without questions'));
    terminal.printAsIs(`  ${terminal.paint.cyan(repeatCommand(context, goal))}`);
  }
  if (options.json) context.writeJson(await buildReport('setup', facts, goal, settled, exitCode));
  return exitCode;
}

async function showDryRun(context: Context, { facts, goal, plan }: Comparison): Promise<number> {
  const { terminal, options } = context;
  const { paint } = terminal;
  await showEdits(terminal, 'The edits', plan);
  terminal.print(paint.bold('What is to hold'), ...choicesView(goal, terminal), '');
  terminal.print(paint.bold('The plan, in this order'), ...(await planView(plan, terminal)));
  terminal.print(...notesView(plan, terminal), '', 'Nothing was changed, because this was a dry run.');
  if (options.json) context.writeJson(await buildReport('setup', facts, goal, plan, 0));
  return 0;
}

function refuseJsonWithQuestions({ options }: Context): void {
  if (!options.json || options.yes || options.dryRun) return;
  throw new UserError(
    'usage',
    'setup --json asks nothing, so it must be told to go ahead.',
    'Add --yes to apply, or --dry-run to only see the plan.',
  );
}
