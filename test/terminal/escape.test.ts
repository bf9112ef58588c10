import { expect, it } from 'vitest';
import { escapeText } from '../../src/terminal/escape.ts';
import { makePaint, wantsColour } from '../../src/terminal/paint.ts';

it.each([
  ['\u001B]52;c;x\u0007', '\\u{1B}]52;c;x\\u{7}'],
  ['a\rb', 'a\\u{D}b'],
  ['user\u202Etxt', 'user\\u{202E}txt'],
  ['zero\u200Bwidth', 'zero\\u{200B}width'],
  ['plain ünï 日本 🚀\n', 'plain ünï 日本 🚀\n'],
])('%j is shown as %j', (text, shown) => {
  expect(escapeText(text)).toBe(shown);
  expect(makePaint(false).bold(text)).toBe(shown);
});

it('colour follows the terminal and NO_COLOR', () => {
  expect(wantsColour(true, {})).toBe(true);
  expect(wantsColour(false, {})).toBe(false);
  expect(wantsColour(true, { NO_COLOR: '1' })).toBe(false);
  expect(wantsColour(false, { FORCE_COLOR: '1' })).toBe(true);
  expect(makePaint(true).red('x\u001B[2J')).toBe('\u001B[31mx\\u{1B}[2J\u001B[39m');
});
