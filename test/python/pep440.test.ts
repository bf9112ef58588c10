import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { compareVersions, isPreRelease, parseVersion, type Version } from '../../src/python/pep440.ts';

/** In the order of PEP 440, each in an unusual spelling here and there. */
const ordered = [
  '0.9',
  '1.0.dev456',
  '1.0a1.dev2',
  '1.0-alpha.1',
  '1.0a2.dev456',
  '1.0a12',
  '1.0b1.dev456',
  '1.0_beta2',
  '1.0b2.post345.dev456',
  '1.0b2-346',
  'v1.0c1',
  '1.0rc2',
  '1.0',
  '1.0.post456.dev34',
  '1.0-456',
  '1.0.15',
  '1.1.dev1',
  '1.10',
  '2026.11.27',
  '1!0.1',
];

const read = (text: string) => parseVersion(text) as Version;

describe('versions', () => {
  it('are ordered as PEP 440 orders them', () => {
    const shuffled = ordered.map((text, index) => ordered[(index * 7) % ordered.length] ?? text);
    const sorted = shuffled.toSorted((one, other) => compareVersions(read(one), read(other)));
    expect(sorted).toEqual(ordered);
  });

  it.each([
    ['1.0', '1'],
    ['1.0.0', '1'],
    ['1.0RC1', '1rc1'],
    ['1.0.post', '1-0'],
    ['1.0+local.1', '1.0'],
  ])('%s and %s are the same', (one, other) => {
    expect(compareVersions(read(one), read(other))).toBe(0);
  });

  it.each(['', 'nightly', '1.0-nightly', '1..0', '1.0.x', 'release-1.0', '20261127093000', '1.0\n'])(
    '%j is none',
    (text) => {
      expect(parseVersion(text)).toBeUndefined();
    },
  );

  it('are pre-releases with a, b, rc or dev', () => {
    expect(
      ['1.0a1', '1.0b1', '1.0rc1', '1.0.dev1', '1.0.post1.dev1'].every((it) => isPreRelease(read(it))),
    ).toBe(true);
    expect(['1.0', '1.0.post1', '1!1.0'].some((it) => isPreRelease(read(it)))).toBe(false);
  });

  it.skipIf(!hasPackaging())('are ordered as packaging orders them', () => {
    const program =
      'import json, sys\nfrom packaging.version import Version\nprint(json.dumps(sorted(json.load(sys.stdin), key=Version)))';
    const sorted = execFileSync('python3', ['-c', program], { input: JSON.stringify(ordered.toReversed()) });
    expect(JSON.parse(sorted.toString())).toEqual(ordered);
  });
});

function hasPackaging(): boolean {
  try {
    execFileSync('python3', ['-c', 'import packaging.version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
