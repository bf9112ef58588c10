import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { quote } from '../../src/kernel/quote.ts';

const hostile = ['$(id)', '`id`', "it's", 'a b', 'x;id', 'x&id', '-x', '"', "'", '~', '*', '$HOME', '\\'];

describe('a quoted word', () => {
  it.each(hostile)('is read back by sh as it was: %s', (word) => {
    const line = `printf %s ${quote(word, 'linux')}`;
    expect(execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' })).toBe(word === '-x' ? '-x' : word);
  });

  it.each([
    ['v1.2.3', 'v1.2.3'],
    ['C:\\my project', '"C:\\my project"'],
    ['@bob', '"@bob"'],
    ['x&calc', '"x&calc"'],
    ['$(calc)', "'$(calc)'"],
    ['`calc`', "'`calc`'"],
  ])('on Windows is one for cmd, PowerShell and Git Bash: %s', (word, quoted) => {
    expect(quote(word, 'win32')).toBe(quoted);
  });

  it.each(['$&calc', 'a"; calc; "', '\u201d; calc; \u201d', "$'; calc; '"])(
    'is left to the user on Windows where no quotes hold in all of them: %s',
    (word) => {
      expect(quote(word, 'win32')).not.toContain('calc');
    },
  );

  it.each(['linux', 'win32'] as const)(
    'never has a line break or another invisible sign on %s',
    (platform) => {
      for (const word of ['main\ncurl evil', 'main\u001b[2J', 'ma\u202ein'])
        expect(quote(word, platform)).toMatch(/^.\(a name that cannot be quoted here\).$/);
    },
  );
});
