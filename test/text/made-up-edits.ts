import { parse } from 'smol-toml';
import { getToml, type TomlValue } from '../../src/text/toml/document.ts';
import {
  addToList,
  appendTable,
  changeInList,
  dropKey,
  exchangeKey,
  setKey,
  type TomlDraft,
} from '../../src/text/toml/draft.ts';

/** An edit, and what it does to the data according to another parser. */
export interface Edit {
  path: string[];
  make(draft: TomlDraft): void;
  mean(data: Data): void;
}
type Data = Record<string, unknown>;

/** The data of a document, read by a different parser than the program's. */
export const read = (text: string) =>
  parse(text.replace(/^\uFEFF/, ''), { integersAsBigInt: 'asNeeded' }) as Data;

/** The table at a path, created if necessary. */
const table = (data: Data, path: string[]): Data =>
  path.reduce((at, key) => {
    if (!Object.hasOwn(at, key)) at[key] = {};
    return at[key] as Data;
  }, data);

/** Values to set. */
export const values: TomlValue[] = [
  'vcs',
  'a "b" \\ c',
  true,
  ['version'],
  { local_scheme: 'no-local-version' },
];
/** Keys to set; some documents have some of them. */
export const keys = ['name', 'version', 'source', 'x-1', 'enable', 'k', 'constructor'];

/** Every possible edit of one key in one table. */
export function editsOf(path: string[], key: string, value: TomlValue): Record<string, Edit> {
  const whole = [...path, key];
  return {
    'sets a key': {
      path: whole,
      make: (draft) => setKey(draft, path, key, value),
      mean: (data) => {
        table(data, path)[key] = value;
      },
    },
    'adds to a list': {
      path: whole,
      make: (draft) => {
        const list = getToml(draft.doc.data, ...whole);
        if (!(Array.isArray(list) && list.includes('new>=1'))) addToList(draft, path, key, 'new>=1');
      },
      mean: (data) => {
        const list = (getToml(data as never, ...whole) ?? []) as string[];
        if (!list.includes('new>=1')) table(data, path)[key] = [...list, 'new>=1'];
      },
    },
    'drops a key': {
      path: whole,
      make: (draft) => dropKey(draft, whole),
      mean: (data) => {
        if (getToml(data as never, ...whole) !== undefined) delete table(data, path)[key];
      },
    },
    'exchanges a key': {
      path: whole,
      make: (draft) => {
        if (getToml(draft.doc.data, ...whole) !== undefined) exchangeKey(draft, path, key, 'new-key', value);
      },
      mean: (data) => {
        if (getToml(data as never, ...whole) === undefined) return;
        delete table(data, path)[key];
        table(data, path)['new-key'] = value;
      },
    },
    'changes a string of a list': {
      path: whole,
      make: (draft) => {
        const list = getToml(draft.doc.data, ...whole);
        if (Array.isArray(list) && list.includes('b')) changeInList(draft, whole, 'b', 'c>=2');
      },
      mean: (data) => {
        const list = getToml(data as never, ...whole) as string[] | undefined;
        if (Array.isArray(list) && list.includes('b')) list[list.indexOf('b')] = 'c>=2';
      },
    },
    'appends a table': {
      path: ['tool', 'items'],
      make: (draft) => {
        if (Array.isArray(getToml(draft.doc.data, 'tool', 'items')))
          appendTable(draft, ['tool', 'items'], { provider: 'new' });
      },
      mean: (data) => {
        const items = getToml(data as never, 'tool', 'items') as Data[] | undefined;
        if (Array.isArray(items)) items.push({ provider: 'new' });
      },
    },
  };
}
