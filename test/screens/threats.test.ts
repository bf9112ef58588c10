import { expect, it } from 'vitest';
import { threatsOf, waysOf } from '../../src/people/threats.ts';
import { maintainers } from '../../src/people/who.ts';
import { threatsView } from '../../src/screens/threats.ts';
import { makePaint } from '../../src/terminal/paint.ts';
import { member, peopleFacts } from '../support/people.ts';

it('all three routes fit side by side into 80 columns, each with what it lets people do', () => {
  const facts = peopleFacts([member('alice', 50), member('bob', 40), member('carol', 30)]);
  const lines = threatsView(
    {
      threats: threatsOf(facts, { deployers: [maintainers], approved: true }),
      ways: waysOf(facts, 'release', 'protected'),
      environment: 'release',
      route: 'protected',
      advice: { route: 'token', because: ['For a reason.'], notes: ['Something else.'] },
      routes: ['protected', 'trusted', 'token'],
      auditLog: 'https://gitlab.com/group/proj/-/audit_events',
    },
    { paint: makePaint(false), columns: 80 },
  );
  expect(lines[0]).toMatch(/here +protected +trusted +token$/);
  expect(lines[2]).toMatch(/a Developer with a branch +1 +cannot +can publish +cannot$/);
  expect(lines[3]).toMatch(/a co-Maintainer +1 +needs an approval\* +can publish +can publish$/);
  expect(lines.join('\n')).toMatch(/\* Approvals guard deployments only\. .*'action: access'/);
  for (const line of lines.slice(0, 5)) expect(line.length).toBeLessThanOrEqual(80);
  expect(lines).toContain('  Recommended: token. For a reason.');
});
