import { resolve } from 'node:path';
import { decide } from '../goal/index.ts';
import { severalJobs } from '../goal/jobs.ts';
import { wishesOf } from '../goal/wishes.ts';
import type { IndexId } from '../kernel/route.ts';
import { isUnpushed, nextSteps } from '../plan/next-steps.ts';
import { makePlan } from '../plan/plan.ts';
import { buildReport, exitCodeOf } from '../plan/report.ts';
import { formatReport } from '../plan/report-formats.ts';
import { writeNamedFile } from '../ports/files.ts';
import { checkView } from '../screens/check.ts';
import { showNextSteps } from '../screens/next-steps.ts';
import type { Context } from './context.ts';
import { readPublications } from './published.ts';
import { onRightTree } from './source-tree.ts';
import { type Preparation, surveyProject } from './survey.ts';
import { readVerdicts } from './verdicts.ts';
import { openIndexes, waitForPipeline } from './wait.ts';

/** Inspects and compares; changes nothing. Returns the exit code. */
export async function check(context: Context, preparation?: Preparation): Promise<number> {
  const { options, terminal } = context;
  const wishes = wishesOf(options);
  const survey = await onRightTree(context, await surveyProject(context, preparation), wishes);
  const goal = decide(survey.facts, wishes);
  if (goal.openJobs.length > 0) throw severalJobs(goal.openJobs);
  const { facts } = survey;
  const verdicts = await terminal.during("Asking GitLab's lint", readVerdicts(survey, goal));
  let situation = { facts, goal, verdicts };
  let plan = makePlan(situation);
  const ended = { ...situation, settings: plan, registered: new Set<IndexId>() };
  const steps = nextSteps(ended);
  terminal.print(
    ...checkView({ situation, plan, steps }, terminal, {
      verbose: options.verbose === true,
      rehearsal: context.rehearsal,
    }),
  );
  // The pipeline that is waited for may be the very next step, unless that is a push.
  if (!options.wait || isUnpushed(steps)) showNextSteps(context, ended, { brief: true, steps });
  const waited = options.wait ? await waitForPipeline(context, ended, survey) : undefined;
  if (waited !== undefined) {
    // What has run meanwhile proves a publisher, or shows that it does not fit.
    const publications = await readPublications(facts, goal, verdicts, {
      ...survey,
      indexes: openIndexes(context),
    });
    situation = { ...situation, verdicts: { ...verdicts, publications } };
    plan = makePlan(situation);
  }
  const exitCode = waited?.exitCode || exitCodeOf(plan);
  if (!options.json && options.report === undefined) return exitCode;
  const report = await buildReport('check', situation, plan, exitCode);
  for (const { kind, path } of options.report ?? [])
    await writeNamedFile(resolve(context.cwd, path), formatReport(kind, report));
  if (options.json) context.writeJson({ ...report, ...(waited && { wait: waited.report }) });
  return exitCode;
}
