import { execFileSync } from 'node:child_process';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { editOfCorpusFile } from '../pipeline/corpus-edit.ts';
import { changedLines, corpus, findTool } from '../support/tools.ts';
import { allowed, gone } from './version-changes.ts';

const files = corpus('pyproject');
const python = findTool('python3', 'PYTHON');

const variants = {
  'as it is': (text: string) => text,
  'with CRLF': (text: string) => text.replace(/\r?\n/g, '\r\n'),
  'without a final newline': (text: string) => text.replace(/\s+$/, ''),
};

function editedBy(variant: (text: string) => string) {
  return files.flatMap(({ name, text }) => {
    const before = variant(text);
    const result = editOfCorpusFile(before);
    const after =
      result.kind === 'edited' ? result.edits.find(({ path }) => path === 'pyproject.toml') : undefined;
    return after ? [{ name, before, after: after.after }] : [];
  });
}

/** Read with Python's own tomllib: the paths (with `/`) whose values differ, with both values, and all paths. */
const program = `
import json, sys, tomllib
def leaves(value, path=''):
    if isinstance(value, dict):
        return {k: v for key in value for k, v in leaves(value[key], f'{path}/{key}').items()}
    return {path[1:]: value}
for before, after in json.load(sys.stdin):
    one, other = leaves(tomllib.loads(before)), leaves(tomllib.loads(after))
    paths = [path for path in {**one, **other} if one.get(path) != other.get(path)]
    changes = [[path, one.get(path), other.get(path)] for path in paths]
    print(json.dumps({'changes': changes, 'after': other}, default=str))
`;

interface Read {
  changes: [string, unknown, unknown][];
  after: Record<string, unknown>;
}

function readByPython(pairs: { before: string; after: string }[]): Read[] {
  const input = JSON.stringify(pairs.map(({ before, after }) => [before, after]));
  const answer = execFileSync(python ?? '', ['-c', program], { input, encoding: 'utf8' });
  return answer
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe.skipIf(files.length === 0)('real pyproject.toml files', () => {
  it.each(Object.entries(variants))(
    'are edited or refused with a reason, and a second edit is a no-op, %s',
    (_, variant) => {
      for (const { name, text } of files) {
        const result = editOfCorpusFile(variant(text));
        if (result.kind === 'refused') expect(result.reason + result.manual, name).toMatch(/\w{3}.*\./s);
      }
      for (const { name, after } of editedBy(variant)) {
        expect(editOfCorpusFile(after).kind, name).toBe('unchanged');
        expect(parse(after.replace(/^\uFEFF/, '')), name).toBeTypeOf('object');
      }
    },
  );

  it.each(Object.entries(variants))('keep every line whose value is unchanged, %s', (_, variant) => {
    for (const { name, before, after } of editedBy(variant)) {
      const { gone, added } = changedLines(before, after);
      const touched =
        /^\s*\]?\r?$|^\[|requires|backend|version|dynamic|path|pattern|raw-options|local_scheme|source|enable|metadata|bump|distance|dirty|method|setuptools|poetry|hatch-vcs|pdm/;
      const lastLine = before.split('\n').at(-1);
      expect(
        gone.filter((line) => !touched.test(line) && line !== lastLine),
        name,
      ).toEqual([]);
      expect(
        added.filter((line) => !touched.test(line) && !line.startsWith(lastLine ?? '-')),
        name,
      ).toEqual([]);
    }
  });

  it.skipIf(!python).each(Object.entries(variants))(
    "mean exactly what was intended according to Python's tomllib, %s",
    (_, variant) => {
      const pairs = editedBy(variant);
      for (const [at, { changes, after }] of readByPython(pairs).entries()) {
        const { name, before } = pairs[at] ?? { name: '', before: '' };
        const backend = /^\s*build-backend\s*=\s*["']([^"']*)/m.exec(before)?.[1] ?? 'setuptools.build_meta';
        for (const [path, from, to] of changes) {
          const intended = allowed(backend)[path];
          expect(intended, `${name} (${backend}): nobody meant to change ${path}`).toBeDefined();
          expect(to ?? null, `${name}: ${path}`).toEqual(intended?.(from ?? undefined, to) ?? null);
        }
        for (const [path, change] of Object.entries(allowed(backend)))
          if (change === gone) expect(after, name).not.toHaveProperty([path]);
        if ('project/name' in after) expect(after['project/dynamic'], name).toContain('version');
      }
    },
  );
});
