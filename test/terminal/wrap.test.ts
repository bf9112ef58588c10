import { expect, it } from 'vitest';
import { stillOutput } from '../../src/terminal/output.ts';
import { answerRows } from '../../src/terminal/question.ts';
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

it('puts what stands behind an answer below it, and keeps all of its rows behind the mark', () => {
  const rows = (room: number) =>
    answerRows(
      'One answer',
      'with what follows from it',
      { room, indent: 2 },
      { label: String, hint: String },
    );
  expect(rows(40)).toBe('One answer  with what follows from it');
  expect(rows(20)).toBe('One answer\n  with what follows\n  from it');
  expect(rows(8)).toBe('One\n  answer\n  with\n  what\n  follows\n  from it');
});

it('leaves text to paste into a file as long as it is', () => {
  const written: string[] = [];
  const { print } = stillOutput({ write: (text) => written.push(text), columns: () => 24, colour: false });
  print('  1. Put these lines into the file:\n\n  - if: $CI_COMMIT_TAG && $A == "b"\n\nend');
  expect(written.join('')).toBe(
    '  1. Put these lines\n     into the file:\n\n  - if: $CI_COMMIT_TAG && $A == "b"\n\nend\n',
  );
});
