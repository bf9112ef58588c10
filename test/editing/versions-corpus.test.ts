import { execFileSync } from 'node:child_process';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { versionFromVcs } from '../../src/editing/versions/index.ts';
import { changedLines, corpus, findTool } from '../support/tools.ts';

const files = corpus('pyproject');
const python = findTool('python3', 'PYTHON');

const variants = {
  'as it is': (text: string) => text,
  'with CRLF': (text: string) => text.replace(/\r?\n/g, '\r\n'),
  'without a final newline': (text: string) => text.replace(/\s+$/, ''),
};

function edit(text: string) {
  return versionFromVcs({ 'pyproject.toml': text }, { directory: '.' });
}

describe.skipIf(files.length === 0)('real pyproject.toml files', () => {
  it.each(Object.entries(variants))(
    'are edited or refused with a reason, and a second edit changes nothing, %s',
    (_, variant) => {
      for (const { name, text } of files) {
        const result = edit(variant(text));
        if (result.kind === 'refused') expect(result.reason + result.manual, name).toMatch(/\w{3}.*\./s);
        if (result.kind !== 'edited') continue;
        const after = result.edits[0]?.after ?? '';
        expect(edit(after).kind, name).toBe('unchanged');
      }
    },
  );

  it.each(Object.entries(variants))(
    'keep every line that has nothing to do with the version, %s',
    (_, variant) => {
      for (const { name, text } of files) {
        const before = variant(text);
        const result = edit(before);
        if (result.kind !== 'edited') continue;
        const { gone, added } = changedLines(before, result.edits[0]?.after ?? '');
        const touched =
          /requires|hatch-vcs|enable|metadata|bump|pdm|distance|dirty|method|setuptools|version|dynamic|path|pattern|raw-options|local_scheme|source|build-|^\s*\]?\r?$/;
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
    },
  );

  it.skipIf(!python)("are still what Python's own tomllib accepts", () => {
    const edited = files.flatMap(({ text }) => {
      const result = edit(text);
      return result.kind === 'edited' ? [result.edits[0]?.after ?? ''] : [];
    });
    expect(edited.length).toBeGreaterThan(10);
    const program =
      'import json, sys, tomllib\nprint(json.dumps([bool(tomllib.loads(t)) for t in json.load(sys.stdin)]))';
    const answer = execFileSync(python ?? '', ['-c', program], {
      input: JSON.stringify(edited),
      encoding: 'utf8',
    });
    expect(JSON.parse(answer)).toEqual(edited.map(() => true));
    for (const text of edited) expect(parse(text.replace(/^\uFEFF/, ''))).toBeTypeOf('object');
  });

  it('are counted', () => {
    const kinds = files.map(({ text }) => edit(text).kind);
    const count = (kind: string) => kinds.filter((it) => it === kind).length;
    console.log(
      `pyproject corpus: ${files.length} files, ${count('edited')} edited, ${count('unchanged')} unchanged, ${count('refused')} refused`,
    );
    expect(count('edited')).toBeGreaterThan(0);
  });
});
