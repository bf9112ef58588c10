import { describe, expect, it } from 'vitest';
import { type AttestFacts, chooseAttest } from '../../src/goal/attest.ts';
import type { Route } from '../../src/kernel/route.ts';

const source = { by: 'remote', name: 'origin' } as const;
const file = { filename: 'demo_pkg-1.0.tar.gz', path: '/integrity/x/y/z/provenance', uploadedAt: '' };

const facts = (signs: boolean, attested: boolean, url = 'https://gitlab.com'): AttestFacts => ({
  gitlab: { url: { value: url, source } },
  pipeline: { path: { value: '.gitlab-ci.yml', source }, reading: { attests: signs } },
  indexes: { pypi: { attested: attested ? file : undefined } },
});

const selfManaged = 'https://gitlab.example.com';
const wish = (value: boolean) => ({ attest: { value, source: { by: 'option', name: 'attest' } as const } });

describe('attestations', () => {
  it.each<[string, AttestFacts, Route, boolean, string]>([
    ['are kept where the pipeline signs', facts(true, false), 'trusted', true, 'file'],
    ['are recommended where releases have them', facts(false, true), 'protected', true, 'recommended'],
    ['are left out where nothing has them', facts(false, false), 'protected', false, 'default'],
    ['are left out with an API token', facts(true, true), 'token', false, 'default'],
    ['are left out on a self-managed GitLab', facts(true, true, selfManaged), 'trusted', false, 'default'],
  ])('%s', (_, given, route, value, by) => {
    expect(chooseAttest(given, {}, route)).toMatchObject({ value, source: { by } });
  });

  it('are what the user says', () => {
    expect(chooseAttest(facts(false, false), wish(true), 'trusted').value).toBe(true);
    expect(chooseAttest(facts(true, true), wish(false), 'trusted').value).toBe(false);
  });

  it.each<[string, AttestFacts, Route, RegExp]>([
    [
      'a self-managed GitLab',
      facts(false, false, selfManaged),
      'trusted',
      /gitlab\.example\.com cannot have/,
    ],
    ['an API token', facts(false, false), 'token', /with an API token cannot have attestations/],
  ])('are refused with the reason: %s', (_, given, route, reason) => {
    expect(() => chooseAttest(given, wish(true), route)).toThrow(reason);
  });
});
