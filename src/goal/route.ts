import { protectedAs } from '../facts/gitlab-project.ts';
import type { Facts } from '../facts/index.ts';
import { whyUnprotected } from '../facts/server-version.ts';
import { UserError } from '../kernel/errors.ts';
import type { Route } from '../kernel/route.ts';
import { fromGitLab, type Sourced } from '../kernel/source.ts';
import type { Advice } from './advice.ts';
import type { Wishes } from './wishes.ts';

/**
 * The user's choice, else the route of an earlier run, else the recommended one. Throws a `UserError` for an impossible
 * one.
 */
export function chooseRoute(
  facts: Facts,
  wishes: Wishes,
  advice: Advice,
  environment: string,
): Sourced<Route> {
  const licensed = facts.gitlab.project.protectedEnvironmentsLicensed;
  if (wishes.route?.value === 'protected' && !licensed) throw routeUnavailable(facts);
  if (wishes.route) return wishes.route;
  const { reading, path } = facts.pipeline;
  if (reading.route) return { value: reading.route, source: { by: 'file', path: path.value } };
  if (licensed && protectedAs(facts.gitlab, environment)) {
    return { value: 'protected', source: fromGitLab({ kind: 'protected environment', name: environment }) };
  }
  return { value: advice.route, source: { by: 'recommended' } };
}

function routeUnavailable(facts: Facts): UserError {
  return new UserError(
    'route-unavailable',
    whyUnprotected(facts.gitlab),
    "Leave out '--route protected' or take '--route trusted'; about GitLab for Open Source see https://about.gitlab.com/solutions/open-source/.",
  );
}
