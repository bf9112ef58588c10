import { expect, it } from 'vitest';
import { wrapLine } from '../../src/terminal/width.ts';

it('wraps a line between words and keeps its indent', () => {
  expect(wrapLine('  - one two three four five six seven', 24)).toBe(
    '  - one two three four\n    five six seven',
  );
});

it('never breaks a URL, nor a line that fits', () => {
  expect(wrapLine('https://gitlab.example.com/a/very/long/address/indeed', 24)).toBe(
    'https://gitlab.example.com/a/very/long/address/indeed',
  );
  expect(wrapLine('    \u001B[2mshort enough to fit in\u001B[22m', 30)).toBe(
    '    \u001B[2mshort enough to fit in\u001B[22m',
  );
});
