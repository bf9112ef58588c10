import { repeatCommand } from '../cli/repeat.ts';
import { inDirectory } from '../facts/checkout.ts';
import type { Facts } from '../facts/index.ts';
import { plainChoices } from '../goal/wishes.ts';
import { type CancelCode, Cancelled } from '../kernel/errors.ts';
import { applyPlan } from '../plan/apply.ts';
import type { SettledSetting } from '../plan/plan.ts';
import { buildReport, exitCodeOf } from '../plan/report.ts';
import type { Situation } from '../plan/settings/setting.ts';
import { choicesView } from '../screens/choices.ts';
import { type Ending, openPages, outcomeView, showEnd } from '../screens/end.ts';
import { showOccasions } from '../screens/occasions.ts';
import { planView, showEdits } from '../screens/plan.ts';
import { applyProgress, workHeading } from '../screens/progress.ts';
import { notesView } from '../screens/states.ts';
import { agreeOnPlan } from './agree.ts';
import type { Context } from './context.ts';
import type { Comparison } from './credentials.ts';
import { showPublisherPages } from './publisher-pages.ts';
import { type Preparation, surveyProject } from './survey.ts';

/** The wizard: look, ask, show the plan, confirm, apply, show the publisher pages, report. Returns the exit code. */
export async function setup(context: Context, preparation?: Preparation): Promise<number> {
  const { options, terminal } = context;
  const wanted = await agreeOnPlan(context, await surveyProject(context, preparation));
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

async function apply(context: Context, wanted: Comparison): Promise<SettledSetting[]> {
  const { terminal, stop } = context;
  const { facts, plan, survey } = wanted;
  terminal.print(...workHeading(plan, terminal.paint));
  for (const path of editedFolders(facts)) await survey.files.removeDrafts(path);
  const progress = applyProgress(terminal, plan, stop.signal);
  const settled = await stop.hold(() => applyPlan(plan, wanted, survey, progress));
  if (!stop.signal.aborted) return settled;
  terminal.print('', ...outcomeView(settled, terminal.paint));
  const exitCode: CancelCode = stop.signal.reason;
  if (context.options.json) context.writeJson(await buildReport('setup', wanted, settled, exitCode));
  throw new Cancelled(exitCode, 'Cancelled; what is reported above as put in place stays.');
}

/** One file per folder with edited files, where a killed run may have left a draft. */
function editedFolders({ checkout, pipeline }: Facts): string[] {
  return [inDirectory(checkout.directory, 'pyproject.toml'), pipeline.path.value];
}

async function finish(context: Context, ending: Ending & Situation, exitCode: number): Promise<number> {
  const { terminal, options } = context;
  const { goal, settled } = ending;
  showEnd(context, ending);
  if (settled.some(({ outcome }) => outcome !== 'unchanged')) {
    terminal.print('', terminal.paint.bold('The same again without questions'));
    terminal.printAsIs(`  ${terminal.paint.cyan(repeatCommand(context, plainChoices(goal)))}`);
  }
  if (options.json) context.writeJson(await buildReport('setup', ending, settled, exitCode));
  return exitCode;
}

async function showDryRun(context: Context, compared: Comparison): Promise<number> {
  const { terminal, options } = context;
  const { paint } = terminal;
  const { goal, plan } = compared;
  await showEdits(terminal, 'The edits', plan);
  terminal.print(paint.bold('What is to hold'), ...choicesView(goal, terminal), '');
  showOccasions(terminal, compared);
  terminal.print(paint.bold('The plan, in this order'), ...(await planView(plan, terminal)));
  terminal.print(...notesView(plan, terminal), '', 'Nothing was changed, because this was a dry run.');
  if (options.json) context.writeJson(await buildReport('setup', compared, plan, 0));
  return 0;
}
