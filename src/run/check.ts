import { decide } from '../goal/index.ts';
import { severalJobs } from '../goal/jobs.ts';
import { wishesOf } from '../goal/wishes.ts';
import { makePlan } from '../plan/plan.ts';
import { buildReport, exitCodeOf } from '../plan/report.ts';
import { checkView } from '../screens/check.ts';
import type { Context } from './context.ts';
import { type Begun, look } from './look.ts';
import { readVerdicts } from './verdicts.ts';

/** Inspects and compares; changes nothing. Returns the exit code. */
export async function check(context: Context, begun?: Begun): Promise<number> {
  const { options, terminal } = context;
  const looked = await look(context, begun);
  const goal = decide(looked.facts, wishesOf(options));
  if (goal.openJobs.length > 0) throw severalJobs(goal.openJobs);
  const { facts } = looked;
  const verdicts = await terminal.during("Asking GitLab's lint", readVerdicts(looked, goal));
  const situation = { facts, goal, verdicts };
  const plan = makePlan(situation);
  const exitCode = exitCodeOf(plan);
  terminal.print(...checkView(situation, plan, terminal));
  if (options.json) context.writeJson(await buildReport('check', situation, plan, exitCode));
  return exitCode;
}
