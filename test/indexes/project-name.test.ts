import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { likelySpellings, nameRefusal, refusalText } from '../../src/indexes/project-name.ts';
import { standardLibrary } from '../../src/indexes/standard-library.ts';
import { findTool } from '../support/tools.ts';

describe('the name of a new project', () => {
  it.each([
    ['email', 'standard library'],
    ['Async_IO', undefined],
    ['asyncio', 'standard library'],
    ['json.tool', 'standard library'],
    ['OS-path', 'standard library'],
    ['future', 'standard library'],
    ['requirements.txt', 'prohibited'],
    ['Requirements_TXT', 'prohibited'],
    ['rrequirements.txt', 'prohibited'],
    ['demo-pkg', undefined],
    ['emails', undefined],
    ['x', undefined],
  ])('%s: %s', (name, kind) => {
    expect(nameRefusal(name, [])?.kind).toBe(kind);
  });

  it.each([
    ['spamegg5', ['spamegg5'], undefined],
    ['SpamEggs', ['spam-eggs'], 'spam-eggs'],
    ['spam-eggs', ['spameggs'], 'spameggs'],
    ['0ther-project', ['other-project'], 'other-project'],
    ['cal1', ['call'], 'call'],
    ['cal1', ['cali'], 'cali'],
    ['cal1', ['cal2'], undefined],
  ])('%s beside %j is refused as too similar to %s', (name, existing, to) => {
    expect(nameRefusal(name, existing)).toEqual(to === undefined ? undefined : { kind: 'similar', to });
  });

  it.each([
    ['demo-pkg', ['demopkg']],
    ['requests', []],
    ['0ther-project', ['other-project', '0therproject', 'otherproject']],
    ['Cal1', ['call', 'cali']],
    ['a_1', ['a-l', 'a-i', 'a1', 'al', 'ai']],
  ])('%s is looked for as %j too', (name, spellings) => {
    expect(likelySpellings(name)).toEqual(spellings);
  });

  it('is rejected with a sentence that names the index and the reason', () => {
    expect(refusalText('email', { kind: 'standard library' }, 'TestPyPI')).toBe(
      "TestPyPI refuses 'email' as the name of a new project, because a module of Python's standard library is called that.",
    );
    expect(refusalText('x', { kind: 'prohibited' }, 'PyPI')).toMatch(/'x' .* list of prohibited names\.$/);
    expect(refusalText('x', { kind: 'similar', to: 'y' }, 'PyPI')).toMatch(/existing project y\.$/);
  });
});

const python = findTool('python3', 'PYTHON');

describe('the list of the standard library', () => {
  it.skipIf(python === undefined)(
    'has all modules of the Python on this machine that have a page of their own',
    () => {
      const script = 'import sys; print(*sys.stdlib_module_names)';
      const names = execFileSync(python!, ['-c', script], { encoding: 'utf8' })
        .trim()
        .toLowerCase()
        .split(' ');
      const documented = names
        .filter((name) => !name.startsWith('_'))
        .map((name) => name.replaceAll('_', '-'));
      expect(documented.filter((name) => !standardLibrary.has(name))).toEqual([]);
    },
  );
});
