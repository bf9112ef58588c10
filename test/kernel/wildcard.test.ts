import { describe, expect, it } from 'vitest';
import { fitsPattern } from '../../src/kernel/wildcard.ts';

describe('a GitLab pattern', () => {
  it.each([
    ['*', 'anything', true],
    ['*', '', true],
    ['v*', 'v1.0', true],
    ['v*', 'w1.0', false],
    ['*-stable', '1-0-stable', true],
    ['*-stable', '1-0-stables', false],
    ['v*.*', 'v1.0', true],
    ['v*.*', 'v1', false],
    ['a*a', 'a', false],
    ['a**b', 'ab', true],
    ['v1.0', 'v1.0', true],
    ['v1.0', 'v1x0', false],
    ['(a|b)*', 'a', false],
  ])('%s and the name %s', (pattern, name, fits) => {
    expect(fitsPattern(name, pattern)).toBe(fits);
  });

  it('with a hundred stars does not try every way to spread them', () => {
    expect(fitsPattern('a'.repeat(255), `${'*a'.repeat(100)}*b`)).toBe(false);
  });
});
