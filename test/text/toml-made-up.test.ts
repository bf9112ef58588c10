import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnsafeEdit } from '../../src/text/result.ts';
import { draftOf, finishDraft } from '../../src/text/toml/draft.ts';
import { type Edit, editsOf, keys, read, values } from './made-up-edits.ts';
import { type MadeUpToml, madeUpToml } from './made-up-toml.ts';
import { runs } from './runs.ts';

/** A document and a place in it: a table and a key, either of which may or may not exist. */
const places = fc.record({
  made: madeUpToml,
  at: fc.nat(),
  key: fc.constantFrom('', ...keys),
  value: fc.constantFrom(...values),
});

function placeIn({ paths }: MadeUpToml, at: number, key: string): [string[], string] {
  const path = [...paths, ['tool', 'new'], ['build-system']][at % (paths.length + 2)] ?? [];
  return key === '' && path.length > 1 ? [path.slice(0, -1), path.at(-1) ?? ''] : [path, key || 'name'];
}

/** The edited text, or undefined if the edit is refused. */
function edited(text: string, edit: Edit): string | undefined {
  const draft = draftOf(text);
  try {
    edit.make(draft);
    return finishDraft(draft);
  } catch (error) {
    if (error instanceof UnsafeEdit) return undefined;
    throw error;
  }
}

const names = Object.keys(editsOf([], 'k', 1));
const startsWith = (path: string[], start: string[]) => start.every((key, at) => path[at] === key);

describe.each(names)('an edit that %s of any TOML document', (name) => {
  const property = (check: (made: MadeUpToml, edit: Edit, result: string) => void) => {
    let done = 0;
    fc.assert(
      fc.property(places, ({ made, at, key, value }) => {
        const edit = editsOf(...placeIn(made, at, key), value)[name];
        const result = edit && edited(made.text, edit);
        if (!edit || result === undefined) return;
        done += 1;
        check(made, edit, result);
      }),
      runs(40),
    );
    expect(done).toBeGreaterThan(5);
  };

  it('means exactly what it should according to another parser', () => {
    property(({ text }, edit, result) => {
      const wanted = read(text);
      edit.mean(wanted);
      expect(read(result)).toEqual(wanted);
    });
  });

  it('leaves every line without the key alone', () => {
    property(({ pieces }, edit, result) => {
      let from = 0;
      for (const [at, piece] of pieces.entries()) {
        const touched =
          piece.path && (startsWith(edit.path, piece.path) || startsWith(piece.path, edit.path));
        if (touched) continue;
        const found = result.indexOf(piece.text, from);
        expect(found, `${JSON.stringify(piece.text)} (piece ${at})`).toBeGreaterThanOrEqual(from);
        from = found + piece.text.length;
      }
    });
  });

  it('is idempotent', () => {
    property((_, edit, result) => {
      if (name === 'appends a table') return;
      expect(edited(result, edit)).toBe(result);
    });
  });
});
