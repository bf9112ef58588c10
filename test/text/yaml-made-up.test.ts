import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnsafeEdit } from '../../src/text/result.ts';
import { valueAt } from '../../src/text/yaml/data.ts';
import { isYamlTable, parseYaml, type YamlTable, type YamlValue } from '../../src/text/yaml/document.ts';
import {
  draftOf,
  insertItem,
  removeItem,
  removeYaml,
  replaceItem,
  reread,
  setYaml,
  type YamlDraft,
} from '../../src/text/yaml/draft.ts';
import { type MadeUpYaml, madeUpYaml } from './made-up-yaml.ts';
import { runs } from './runs.ts';

/** An edit, and what it does to the data of its job; undefined if it does not apply. */
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

/** The edited text, or undefined if the edit does not apply or is refused. */
function edited(text: string, name: string, path: string[]): string | undefined {
  const draft = draftOf(parseYaml(text));
  if (!isApplicable(draft, name, path)) return undefined;
  return orUndefined(() => {
    edits[name]?.make(draft, path);
    return reread(draft).text;
  });
}

function isApplicable({ data }: YamlDraft, name: string, path: string[]): boolean {
  const list = valueAt(data, path);
  return !/item/.test(name) || (Array.isArray(list) && list.length >= 2);
}

function orUndefined(edit: () => string): string | undefined {
  try {
    return edit();
  } catch (error) {
    if (error instanceof UnsafeEdit) return undefined;
    throw error;
  }
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

  it('means exactly what it should', () => {
    property((made, [job = '', ...keys], result) => {
      const wanted = structuredClone(parseYaml(textOf(made)).data);
      edits[name]?.mean(wanted[job] as YamlTable, keys);
      expect(parseYaml(result).data).toEqual(wanted);
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

  it('is idempotent', () => {
    property((_, path, result) => {
      if (/item/.test(name)) return;
      expect(edited(result, name, path)).toBe(result);
    });
  });
});

describe('several edits of any pipeline', () => {
  const jobs = fc.constantFrom('alpha', '.hidden', 'two words', 'omega');
  const edit = fc
    .constantFrom(...Object.keys(edits))
    .chain((name) => fc.tuple(fc.constant(name), jobs, fc.constantFrom(...keysFor(name))));

  it('give the same text together as one by one', () => {
    let done = 0;
    const property = fc.property(madeUpYaml, fc.array(edit, { minLength: 2, maxLength: 5 }), (made, list) => {
      const resultOf = (oneByOne: boolean) =>
        orUndefined(() => {
          const draft = draftOf(parseYaml(textOf(made)));
          for (const [name, job, keys] of list) {
            if (isApplicable(draft, name, [job, ...keys])) edits[name]?.make(draft, [job, ...keys]);
            if (oneByOne) reread(draft);
          }
          return reread(draft).text;
        });
      const result = resultOf(false);
      if (result !== undefined) done += 1;
      expect(result).toBe(resultOf(true));
    });
    fc.assert(property, runs(100));
    expect(done).toBeGreaterThan(20);
  });
});

describe('a removed key', () => {
  it('can be added again', () => {
    const draft = draftOf(parseYaml('a:\n  script: x\nb:\n  script: y\n'));
    removeYaml(draft, ['b']);
    setYaml(draft, ['b', 'script'], 'z');
    expect(reread(draft).data).toEqual({ a: { script: 'x' }, b: { script: 'z' } });
  });
});
