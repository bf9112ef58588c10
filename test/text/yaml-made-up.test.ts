import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnsafeEdit } from '../../src/text/unsafe-edit.ts';
import { valueAt } from '../../src/text/yaml/data.ts';
import { isYamlTable, readYaml, type YamlTable, type YamlValue } from '../../src/text/yaml/document.ts';
import {
  insertItem,
  removeItem,
  removeYaml,
  replaceItem,
  setYaml,
  type YamlDraft,
} from '../../src/text/yaml/draft.ts';
import { parseYaml } from '../../src/text/yaml/reading.ts';
import { type MadeUpYaml, madeUpYaml } from './made-up-yaml.ts';
import { runs } from './runs.ts';

/** An edit with what it means to the data of its job; nothing where it does not apply. */
interface Edit {
  make(draft: YamlDraft, path: string[]): void;
  mean(job: YamlTable, keys: string[]): void;
}

const added: YamlValue = { A: 'x: y', B: ['one', '#two'] };
const listIn = (job: YamlTable, keys: string[]) => valueAt(job, keys) as YamlValue[];

const edits: Record<string, Edit> = {
  'sets a value': {
    make: (draft, path) => setYaml(draft, path, added),
    mean: (job, [key = '', inner]) => {
      const table = isYamlTable(job[key]) ? job[key] : {};
      job[key] = inner === undefined ? added : { ...table, [inner]: added };
    },
  },
  'takes a key away': {
    make: (draft, path) => removeYaml(draft, path),
    mean: (job, [key = '', inner]) => {
      const table = job[key];
      if (
        inner === undefined ||
        (isYamlTable(table) && Object.hasOwn(table, inner) && Object.keys(table).length === 1)
      )
        delete job[key];
      else if (isYamlTable(table)) delete table[inner];
    },
  },
  'inserts an item': {
    make: (draft, path) => insertItem(draft, path, 1, 'new: item'),
    mean: (job, keys) => void listIn(job, keys).splice(1, 0, 'new: item'),
  },
  'replaces an item': {
    make: (draft, path) => replaceItem(draft, path, 0, 'other # item'),
    mean: (job, keys) => void listIn(job, keys).splice(0, 1, 'other # item'),
  },
  'takes an item away': {
    make: (draft, path) => removeItem(draft, path, 0),
    mean: (job, keys) => void listIn(job, keys).splice(0, 1),
  },
};

const keysFor = (name: string) =>
  /item/.test(name)
    ? [['script'], ['rules'], ['tags'], ['after_script']]
    : [
        ['stage'],
        ['script'],
        ['variables'],
        ['variables', 'A'],
        ['variables', 'constructor'],
        ['environment', 'name'],
        ['new'],
        ['tags'],
      ];

const textOf = ({ parts }: MadeUpYaml) => parts.map(({ text }) => text).join('');

/** The edited text, or nothing where the edit does not apply or is refused. */
function edited(text: string, name: string, path: string[]): string | undefined {
  const draft: YamlDraft = { file: parseYaml(text) };
  const list = valueAt(draft.file.data, path);
  if (/item/.test(name) && (!Array.isArray(list) || list.length < 2)) return undefined;
  try {
    edits[name]?.make(draft, path);
  } catch (error) {
    if (error instanceof UnsafeEdit) return undefined;
    throw error;
  }
  return draft.file.text;
}

describe.each(Object.keys(edits))('an edit that %s of any pipeline', (name) => {
  const places = fc.record({
    made: madeUpYaml,
    job: fc.constantFrom('alpha', '.hidden', 'two words', 'omega'),
    keys: fc.constantFrom(...keysFor(name)),
  });
  const property = (check: (made: MadeUpYaml, path: string[], result: string) => void) => {
    let done = 0;
    fc.assert(
      fc.property(places, ({ made, job, keys }) => {
        const result = edited(textOf(made), name, [job, ...keys]);
        if (result === undefined) return;
        done += 1;
        check(made, [job, ...keys], result);
      }),
      runs(40),
    );
    expect(done).toBeGreaterThan(5);
  };

  it('means what it should and nothing else', () => {
    property((made, [job = '', ...keys], result) => {
      const wanted = structuredClone(readYaml(textOf(made)).data);
      edits[name]?.mean(wanted[job] as YamlTable, keys);
      expect(readYaml(result).data).toEqual(wanted);
    });
  });

  it('leaves every byte of the other jobs alone', () => {
    property(({ parts }, [job], result) => {
      const at = parts.findIndex((part) => part.name === job);
      const before = parts.slice(0, at).map(({ text }) => text);
      const after = parts.slice(at + 1).map(({ text }) => text);
      expect(result.startsWith(before.join(''))).toBe(true);
      expect(result.endsWith(after.join(''))).toBe(true);
    });
  });

  it('done twice is the same as done once', () => {
    property((_, path, result) => {
      if (/item/.test(name)) return;
      expect(edited(result, name, path)).toBe(result);
    });
  });
});

describe('a key that is taken away', () => {
  it('may come again', () => {
    const draft: YamlDraft = { file: parseYaml('a:\n  script: x\nb:\n  script: y\n') };
    removeYaml(draft, ['b']);
    setYaml(draft, ['b', 'script'], 'z');
    expect(draft.file.data).toEqual({ a: { script: 'x' }, b: { script: 'z' } });
  });
});
