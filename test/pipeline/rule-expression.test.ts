import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/pipeline/recognise/rule-expression.ts';

const variables = { TAG: 'v1.2.3', BRANCH: null, SOURCE: 'push', EMPTY: '' };

describe("a rule's expression", () => {
  it.each([
    ['$TAG', true],
    ['$BRANCH', false],
    ['$EMPTY', false],
    ['$UNKNOWN', undefined],
    ['$SOURCE == "push"', true],
    ["$SOURCE != 'push'", false],
    ['$BRANCH == null', true],
    ['$EMPTY == ""', true],
    ['$TAG =~ /^v\\d+/', true],
    ['$TAG !~ /^V/i', false],
    ['$TAG =~ /a\\/b|v1/', true],
    ['$BRANCH && $UNKNOWN', false],
    ['$TAG || $UNKNOWN', true],
    ['$TAG && $UNKNOWN', undefined],
    ['$BRANCH && $TAG || $SOURCE == "push"', true],
    ['($BRANCH || $TAG) && $SOURCE == "push"', true],
    ['${TAG} == "v1.2.3"', true],
    ['$UNKNOWN == "x"', undefined],
    ['what is this', undefined],
    ['$TAG =~ /(/', undefined],
  ])('%s is %s', (expression, verdict) => {
    expect(evaluate(expression, variables)).toBe(verdict);
  });
});
