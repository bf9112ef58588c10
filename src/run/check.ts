import { resolve } from 'node:path';
import { decide } from '../goal/index.ts';
import { severalJobs } from '../goal/jobs.ts';
import { wishesOf } from '../goal/wishes.ts';
import { makePlan } from '../plan/plan.ts';
import { buildReport, exitCodeOf } from '../plan/report.ts';
import { formatReport } from '../plan/report-formats.ts';
import { writeNamedFile } from '../ports/files.ts';
import { checkView } from '../screens/check.ts';
import { showNextSteps } from '../screens/next-steps.ts';
import type { Context } from './context.ts';
import { onRightTree } from './source-tree.ts';
import { type Preparation, surveyProject } from './survey.ts';
import { readVerdicts } from './verdicts.ts';

/** Inspects and compares; changes nothing. Returns the exit code. */
export async function check(context: Context, preparation?: Preparation): Promise<number> {
  const { options, terminal } = context;
  const wishes = wishesOf(options);
  const survey = await onRightTree(context, await surveyProject(context, preparation), wishes);
  const goal = decide(survey.facts, wishes);
  if (goal.openJobs.length > 0) throw severalJobs(goal.openJobs);
  const { facts } = survey;
  const verdicts = await terminal.during("Asking GitLab's lint", readVerdicts(survey, goal));
  const situation = { facts, goal, verdicts };
  const plan = makePlan(situation);
  const exitCode = exitCodeOf(plan);
  terminal.print(...checkView(situation, plan, terminal, options.verbose === true));
  showNextSteps(context, { ...situation, settings: plan, registered: new Set() }, { brief: true });
  if (!options.json && options.report === undefined) return exitCode;
  const report = await buildReport('check', situation, plan, exitCode);
  for (const { kind, path } of options.report ?? [])
    await writeNamedFile(resolve(context.cwd, path), formatReport(kind, report));
  if (options.json) context.writeJson(report);
  return exitCode;
}
