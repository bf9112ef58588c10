import { decide } from '../goal/index.ts';
import type { Wishes } from '../goal/wishes.ts';
import { UserError } from '../kernel/errors.ts';
import { type Route, routes } from '../kernel/route.ts';
import { answered } from '../kernel/source.ts';
import { makePlan } from '../plan/plan.ts';
import { identity } from '../plan/settings/identity.ts';
import type { ImpossibleRoutes } from '../screens/questions.ts';
import type { Context } from './context.ts';
import type { Comparison } from './credentials.ts';
import { onRightTree } from './source-tree.ts';
import type { Survey } from './survey.ts';
import { readVerdicts } from './verdicts.ts';

/**
 * Compares what the user wants with what is there: in the work tree, or on the default branch for a merge request. Throws a `UserError` for an
 * impossible choice.
 */
export async function compare(context: Context, found: Survey, wishes: Wishes): Promise<Comparison> {
  const survey = await onRightTree(context, found, wishes);
  const { facts } = survey;
  const goal = decide(facts, wishes);
  const verdicts = await context.terminal.during(
    "Asking GitLab's lint about the pipeline",
    readVerdicts(survey, goal),
  );
  return { survey, wishes, goal, facts, verdicts, plan: makePlan({ facts, goal, verdicts }) };
}

/** Which routes cannot be had here, each with the reason. */
export async function impossibleRoutes(context: Context, now: Comparison): Promise<ImpossibleRoutes> {
  const reasons = await Promise.all(routes.map(async (route) => [route, await whyNot(context, now, route)]));
  return Object.fromEntries(reasons.filter(([, reason]) => reason !== undefined));
}

/** Asks GitLab what was published by a route only where nothing else makes it possible. */
async function whyNot(context: Context, now: Comparison, route: Route): Promise<string | undefined> {
  const { facts, survey } = now;
  const wishes = { ...now.wishes, route: answered(route) };
  try {
    const goal = decide(facts, wishes);
    if (route === 'token') return undefined;
    const unproven = { facts, goal, verdicts: { ...now.verdicts, publications: {} } };
    if (identity.inspect(unproven).kind === 'ok') return undefined;
    const finding = identity.inspect(await compare(context, survey, wishes));
    return finding.kind === 'ok' ? undefined : finding.message;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.code === 'route-unavailable'
      ? 'needs GitLab Premium, Ultimate or Open Source'
      : error.message;
  }
}
