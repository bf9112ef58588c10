import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches } from '../../src/pipeline/recognise/regex.ts';
import { runs } from '../text/runs.ts';

describe('a regular expression of a pipeline', () => {
  it.each([
    ['^v\\d+(\\.\\d+)*$', '', 'v1.2.3', true],
    ['^V', 'i', 'v1', true],
    ['^release\\/', '', 'release/1', true],
    ['^b$', 'm', 'a\nb\nc', true],
    ['a.b', '', 'a\nb', false],
    ['a.b', 's', 'a\nb', true],
    ['\\Av1\\z', '', 'v1', true],
    ['^(?P<major>\\d+)$', '', '12', true],
    ['(a|a)+$', '', `${'a'.repeat(5000)}!`, false],
    ['(a*)*b', '', 'a'.repeat(5000), false],
  ])('%s with the flags %j: of %j that is %s', (source, flags, text, expected) => {
    expect(matches(source, flags, text)).toBe(expected);
  });

  it.each([
    '(',
    'a**',
    'a{2,1}',
    'a{1001}',
    '(?=a)',
    '(?!a)',
    '(a)\\1',
    '\\p{L}',
    '[[:alpha:]]',
    '[b-a]',
    '('.repeat(999),
  ])('that GitLab rejects, or that we do not support, decides nothing: %s', (source) => {
    expect(matches(source, '', 'aa')).toBeUndefined();
  });

  it('is no larger than what can be tried', () => {
    expect(matches('((a{100}){100}){100}', '', 'a')).toBeUndefined();
    expect(matches('(a{100}){50}', '', 'a'.repeat(5000))).toBeUndefined();
  });

  it('means the same as in JavaScript, where both support it', () => {
    const sources = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom(
          'a',
          'b',
          '.',
          '\\d',
          '[ab]',
          '[^a]',
          '\\.',
          '^',
          '$',
          '\\b',
          '\\B',
          '\\n',
          '-',
          '{',
          'a{2}',
        ),
        fc.tuple(tie('node'), tie('node')).map(([one, other]) => `${one}${other}`),
        fc.tuple(tie('node'), tie('node')).map(([one, other]) => `(${one}|${other})`),
        fc
          .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{1,2}', '{0,3}', '{2,}', '*?'))
          .map(([inner, often]) => `(?:${inner})${often}`),
      ),
    })).node;
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '1', '.', '\n', '-', '{'), maxLength: 7 });
    fc.assert(
      fc.property(sources, fc.constantFrom('', 'i', 'm', 's', 'ims'), texts, (source, flags, text) => {
        expect(matches(source, flags, text)).toBe(new RegExp(source, flags).test(text));
      }),
      runs(2000),
    );
  });
});
