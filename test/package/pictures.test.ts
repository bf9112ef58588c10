import { readFileSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { choiceNames, optionTable } from '../../src/cli/options.ts';
import { demoQuestions } from '../support/demo-questions.ts';

const recording = readFileSync('docs/demo.svg', 'utf8');

it('the recording shows the current questions (if not: npm run pictures)', () => {
  const { before, after } = demoQuestions['team-premium'];
  const whole = choiceNames
    .map((name) => optionTable[name].question)
    .filter((question) => before.some((start) => question.startsWith(start)));
  expect(whole).not.toEqual([]);
  for (const text of [...whole, ...before, ...after, 'Release v']) expect(recording).toContain(text);
});

it('the recording ends on the published package, after at most twenty seconds, and names no address of this machine', () => {
  expect(recording).toContain('https://pypi.org/project/demo-pkg/0.1.1/');
  expect(Number(/animation:([\d.]+)s/.exec(recording)?.[1])).toBeLessThanOrEqual(20);
  expect(recording).not.toMatch(/127\.0\.0\.1|localhost/);
});

it('the recording is well-formed XML', () => {
  const open: string[] = [];
  for (const [, end, name, empty] of recording.matchAll(/<(\/?)(\w+)(?: [\w:-]+="[^"<]*")*(\/?)>/g)) {
    if (end) expect(open.pop()).toBe(name);
    else if (!empty) open.push(name!);
  }
  expect(open).toEqual([]);
  expect(recording.replace(/<\/?\w+(?: [\w:-]+="[^"<]*")*\/?>/g, '')).not.toMatch(/<|&(?!(amp|lt|gt);)/);
});

it('the recording works as an image: it runs nothing and loads nothing', () => {
  expect(recording).not.toMatch(/<(script|image|foreignObject|a)\b|@import|url\(|href="[^#]/);
  expect(recording).toContain('prefers-reduced-motion');
});

it('the pictures are small enough for a page read on a phone', () => {
  expect(statSync('docs/demo.svg').size).toBeLessThan(120_000);
  expect(statSync('docs/publisher-page.png').size).toBeLessThan(80_000);
});
