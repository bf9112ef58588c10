import { questionOf } from '../cli/options.ts';
import { repeatCommand } from '../cli/repeat.ts';
import { inDirectory } from '../facts/checkout.ts';
import type { Facts } from '../facts/index.ts';
import { plainChoices } from '../goal/wishes.ts';
import { type CancelCode, Cancelled } from '../kernel/errors.ts';
import type { IndexId } from '../kernel/route.ts';
import { applyPlan } from '../plan/apply.ts';
import { openPages } from '../plan/next-steps.ts';
import type { SettledSetting } from '../plan/plan.ts';
import { buildReport, exitCodeOf } from '../plan/report.ts';
import { choicesView } from '../screens/choices.ts';
import { type Ending, outcomeView, showEnd } from '../screens/end.ts';
import { showNextSteps } from '../screens/next-steps.ts';
import { planNotes, planView, showDiffs } from '../screens/plan.ts';
import { applyProgress, workHeading } from '../screens/progress.ts';
import { notesView } from '../screens/states.ts';
import { agreeOnPlan } from './agree.ts';
import type { Context } from './context.ts';
import type { Comparison } from './credentials.ts';
import { showPublisherPages } from './publisher-pages.ts';
import { type Preparation, surveyProject } from './survey.ts';
import { afterDelivery } from './verdicts.ts';
import { runsSomething, waitForPipeline } from './wait.ts';

/** The wizard: look, ask, show the plan, confirm, apply, show the publisher pages, report. Returns the exit code. */
export async function setup(context: Context, preparation?: Preparation): Promise<number> {
  const { options } = context;
  const wanted = await agreeOnPlan(context, await surveyProject(context, preparation));
  if (options.dryRun) return showDryRun(context, wanted);
  if (wanted.declined) return leaveAsItIs(context, wanted);
  const settings = await apply(context, wanted);
  const registered = new Set<IndexId>();
  const verdicts = await afterDelivery(wanted.survey, wanted);
  const ending = { ...wanted, verdicts, settings, registered };
  const changed = settings.some(({ outcome }) => outcome === 'applied');
  const { root } = wanted.facts.checkout;
  await showPublisherPages(context, openPages(ending), { registered, changed, root }).catch(async (error) => {
    if (!(error instanceof Cancelled)) throw error;
    await finish(context, ending, error.exitCode);
    throw new Cancelled(error.exitCode, 'Cancelled; the changes reported above stay.');
  });
  return finish(context, ending, exitCodeOf(settings));
}

/** How a run ended, with the ports to go on. */
type Finished = Ending & Pick<Comparison, 'survey'>;

/** After a "No": what it would take, all of it still to do. */
function leaveAsItIs(context: Context, wanted: Comparison): never {
  showNextSteps(context, { ...wanted, settings: wanted.plan, registered: new Set() }, { brief: true });
  throw new Cancelled();
}

async function apply(context: Context, wanted: Comparison): Promise<SettledSetting[]> {
  const { terminal, stop } = context;
  const { facts, plan, survey } = wanted;
  terminal.print(...workHeading(plan, terminal.paint));
  if (facts.tree.kind === 'work tree')
    for (const path of editedFolders(facts)) await survey.files.removeDrafts(path);
  const progress = applyProgress(terminal, plan, stop.signal);
  const settled = await stop.hold(() => applyPlan(plan, wanted, survey, progress));
  if (!stop.signal.aborted) return settled;
  terminal.print('', ...outcomeView(settled, terminal.paint));
  const exitCode: CancelCode = stop.signal.reason;
  if (context.options.json) context.writeJson(await buildReport('setup', wanted, settled, exitCode));
  throw new Cancelled(exitCode, 'Cancelled; the changes reported above stay.');
}

/** One file per folder with edited files, where a killed run may have left a draft. */
function editedFolders({ checkout, pipeline }: Facts): string[] {
  return [inDirectory(checkout.directory, 'pyproject.toml'), pipeline.path.value];
}

async function finish(context: Context, ending: Finished, exitCode: number): Promise<number> {
  const { terminal, options } = context;
  const { goal, settings, facts } = ending;
  const directory = facts.checkout.directoryOption ?? options.directory;
  showEnd(context, ending);
  // The servers of a rehearsal end with the program.
  if (settings.some(({ outcome }) => outcome !== 'unchanged') && !context.rehearsal) {
    terminal.print('', terminal.paint.bold('To repeat without prompts'));
    terminal.printAsIs(
      `  ${terminal.paint.cyan(repeatCommand({ ...context, options: { ...options, directory } }, plainChoices(goal)))}`,
    );
  }
  const waited = exitCode === 0 && (await wantsToWait(context, ending));
  if (exitCode === 1 && options.wait === true) {
    const why = 'Not waiting for a pipeline, because not every change was made (see above).';
    const next = `Run it again, or wait for what you push with '${context.program} check --wait'.`;
    terminal.print('', terminal.paint.yellow(`${why} ${next}`));
  }
  const { exitCode: code, report: wait } = waited
    ? await waitForPipeline(context, ending, ending.survey)
    : { exitCode, report: undefined };
  if (options.json)
    context.writeJson({ ...(await buildReport('setup', ending, settings, code)), ...(wait && { wait }) });
  return code;
}

/** As told by the option, else asked where a pipeline runs that could be waited for. */
async function wantsToWait({ options, terminal, rehearsal }: Context, ending: Finished): Promise<boolean> {
  if (options.wait !== undefined) return options.wait;
  if (!terminal.interactive || rehearsal || !(await runsSomething(ending, ending.survey))) return false;
  return terminal.confirm(questionOf('wait'), true);
}

async function showDryRun(context: Context, compared: Comparison): Promise<number> {
  const { terminal, options } = context;
  const { paint } = terminal;
  const { goal, plan } = compared;
  await showDiffs(plan, terminal);
  terminal.print(paint.bold('Settings'), ...choicesView(goal, terminal), '');
  terminal.print(
    ...planNotes(compared, plan, terminal),
    paint.bold('Plan'),
    ...(await planView(compared, plan, terminal)),
    ...notesView(plan, terminal),
    '',
    'Nothing was changed, because this was a dry run.',
  );
  showNextSteps(context, { ...compared, settings: plan, registered: new Set() }, { brief: false });
  if (options.json) context.writeJson(await buildReport('setup', compared, plan, 0));
  return 0;
}
