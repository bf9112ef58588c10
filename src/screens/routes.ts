import type { Facts } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import type { Route } from '../kernel/route.ts';
import { type Reach, threatsOf } from '../people/threats.ts';

/** What a route is called where one is chosen. */
export function routeName(route: Route, { approvals }: Pick<Goal, 'approvals'>): string {
  const alone = route === 'protected' && approvals.value.length === 0;
  return alone ? 'Trusted Publisher + protected environment' : names[route];
}

const names: Record<Route, string> = {
  protected: 'Trusted Publisher + approvals',
  trusted: 'Trusted Publisher, no approval step',
  token: 'API token in a protected CI/CD variable',
};

/** What a route leads to with this project's people, in a few words. */
export function consequenceOf(route: Route, facts: Facts, goal: Goal): string {
  const approved = goal.approvals.value.length > 0;
  const rules = { deployers: goal.deployers.value, approved };
  const developer = threatsOf(facts.gitlab, rules).find(({ who }) => who === 'developer');
  const below = developersText(developer?.routes[route] ?? 'cannot', developer?.count);
  switch (route) {
    case 'protected':
      return approved ? 'a second person approves each release' : 'only the people you name can release';
    case 'trusted':
      return below === '' ? 'no secret; each Maintainer publishes alone' : `no secret, but ${below} too`;
    case 'token':
      return `a long-lived secret; each Maintainer publishes alone${below === '' ? '' : `, and ${below}`}`;
  }
}

function developersText(reach: Reach, count: number | undefined): string {
  if (reach === 'cannot' || reach === 'approval' || count === 0) return '';
  const number = typeof reach === 'object' ? reach.can : count;
  return number === 1 ? '1 Developer can publish' : `${number ?? 'all'} Developers can publish`;
}
