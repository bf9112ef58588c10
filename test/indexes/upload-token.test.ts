import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { indexTokenProblem } from '../../src/indexes/upload-token.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { madeUpToken } from '../../src/rehearsal/package-index/made-up-token.ts';

const pypi = { title: 'PyPI', url: 'https://pypi.org', official: true };
const other = { title: 'PyPI (x)', url: 'https://index.example.com', official: false };

/** How every PyPI token starts, according to its help page and secret scanners. */
const real = 'pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMAAC';

describe('a token', () => {
  it.each([
    ['of PyPI', real, pypi],
    ['of another Warehouse', madeUpToken('index.example.com', 'x'), other],
    ['of a Warehouse under another host name', madeUpToken('pypi.internal', 'x'), other],
  ])('%s is taken', (_, text, index) => {
    expect(indexTokenProblem(text, index)).toBeUndefined();
  });

  it.each([
    [
      'of the other index',
      madeUpToken('test.pypi.org', 'x'),
      'it is a token of test.pypi.org and not of pypi.org',
    ],
    ['of GitLab', 'glpat-12345678901234567890', "it does not begin with 'pypi-'"],
    ['in quotes', `"${real}"`, "it does not begin with 'pypi-'"],
    ['with a line end in it', `${real}\n${real}`, 'it has white space in it'],
    [
      'with another alphabet',
      real.replace('AgE', 'A+/'),
      "it has characters that no token has after 'pypi-'",
    ],
    ['that is truncated', real.slice(0, 16), 'it is cut off or changed'],
    ['that is only an example from a page', 'pypi-XXXXXXXXXXXXXXXX', 'it is cut off or changed'],
    ['that is empty except for its prefix', 'pypi-', "it has characters that no token has after 'pypi-'"],
  ])('%s is refused without repeating it', (_, text, reason) => {
    expect(indexTokenProblem(text, pypi)).toBe(reason);
  });
});

describe('a secret', () => {
  it('only shows its value when asked to', () => {
    const secret = new Secret('canary');
    const shown = [
      String(secret),
      JSON.stringify({ secret }),
      inspect({ secret }, { showHidden: true, depth: 9 }),
    ];
    expect(shown.join()).not.toContain('canary');
    expect(secret.reveal()).toBe('canary');
  });
});
