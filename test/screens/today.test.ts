import { describe, expect, it } from 'vitest';
import type { IndexId } from '../../src/kernel/route.ts';
import type { Situation } from '../../src/plan/settings/setting.ts';
import { labelled } from '../../src/screens/first-screen.ts';
import { todayText } from '../../src/screens/today.ts';
import { makePaint } from '../../src/terminal/paint.ts';
import { member, peopleFacts } from '../support/people.ts';

/** A project of these many people, in which these many jobs upload to PyPI with a token. */
function situationOf(people: number, jobs: number): Situation {
  const members = Array.from({ length: people }, (_, at) => member(`person-${at}`, at % 2 ? 30 : 40));
  const before = Array.from({ length: jobs }, (_, at) => ({
    job: `upload-${at}`,
    target: { kind: 'index', id: 'pypi' as IndexId },
    credential: { kind: 'variable', keys: [`TOKEN_${at}`] },
  }));
  return {
    facts: { gitlab: peopleFacts(members) },
    goal: {
      packageName: 'tidewatch',
      route: { value: 'trusted' },
      releaseEnvironment: { value: 'release' },
    },
    verdicts: { occasions: { before, after: [] } },
  } as unknown as Situation;
}

describe('today on the first screen', () => {
  it('counts whom and what it cannot name, in five rows', () => {
    const text = todayText(situationOf(200, 40)).join(' ');
    expect(text).toMatch(/^100 people could publish tidewatch: /);
    expect(text).toMatch(/'upload-2' uses the long-lived token TOKEN_2\. 37 more jobs publish, too\.$/);
    expect(labelled('Today', text, { paint: makePaint(false), columns: 80 }).length).toBeLessThanOrEqual(5);
    expect(todayText(situationOf(3, 4)).at(-1)).toBe('1 more job publishes, too.');
  });

  it('says that no job publishes before it says who could once one does', () => {
    expect(todayText(situationOf(1, 0))).toEqual([
      'No job publishes yet.',
      'Once one does, 1 person could publish tidewatch: @person-0 by a tag.',
    ]);
    expect(todayText(situationOf(0, 0))[1]).toBe('Once one does, nobody could publish tidewatch.');
  });
});
