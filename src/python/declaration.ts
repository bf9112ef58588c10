import {
  type ChoiceName,
  choiceNames,
  flagOf,
  type OptionName,
  optionTable,
  type Values,
} from '../cli/options.ts';
import { UserError } from '../kernel/errors.ts';
import { type CfgEntry, cfgSection } from '../text/setup-cfg.ts';
import { getToml, isTable, parseToml, type TomlValue } from '../text/toml/document.ts';
import { lineOfKey } from '../text/toml/splices.ts';
import type { PythonFiles } from './python-files.ts';
import { readToml } from './python-project.ts';

/**
 * What a project may declare: the wizard's choices but for the way in which this run's edits reach it, and whether
 * PyPI's staff have set up its GitLab.
 */
export type DeclaredName = Exclude<ChoiceName, 'deliver'> | 'customIssuer';
export type Declared = Partial<Pick<Values, DeclaredName>>;

/** The files that the table can stand in. */
export type DeclarationFile = 'pyproject.toml' | 'setup.cfg';

/** The project's own table of choices, as written. */
export interface Declaration {
  /** Undefined if there is no table yet. */
  path: DeclarationFile | undefined;
  choices: Declared;
}

/** The table in each file. */
export const declarationTable: Record<DeclarationFile, string> = {
  'pyproject.toml': '[tool.gitlab-to-pypi]',
  'setup.cfg': '[tool:gitlab-to-pypi]',
};

/** The file that the table stands in or, as long as there is none, goes into. */
export const declarationHome = (files: PythonFiles, path?: DeclarationFile): DeclarationFile =>
  path ?? (files['pyproject.toml'] === undefined ? 'setup.cfg' : 'pyproject.toml');

/** Each key of the table is the name of the option that makes the same choice, without the dashes. */
export const keyOf = (name: DeclaredName): string => flagOf(name).slice(2);

export const tomlTable = ['tool', 'gitlab-to-pypi'];
export const cfgTable = 'tool:gitlab-to-pypi';
export const declaredNames: readonly DeclaredName[] = [
  ...choiceNames.filter((name) => name !== 'deliver'),
  'customIssuer',
];

/** What a declared route stands for where a key is absent: these choices need none. */
export const declarationDefaults = {
  deployer: ['maintainers'],
  approver: ['maintainers'],
  approvals: 1,
  selfApproval: false,
  releaseEnvironment: 'release',
  testpypi: true,
  testEnvironment: 'release-test',
  occasions: 'own',
  publishWith: 'uv',
  customIssuer: false,
} satisfies Declared;

/** Whether two values of a choice are the same; the order of people and jobs does not matter. */
export function sameChoice(one: TomlValue | undefined, other: TomlValue | undefined): boolean {
  const inOrder = (value: TomlValue | undefined) =>
    JSON.stringify(Array.isArray(value) ? value.map(String).sort() : value);
  return inOrder(one) === inOrder(other);
}

/** Reads the table. Throws a `UserError` that names the line for an unknown key or a value of the wrong type. */
export function readDeclaration(files: PythonFiles): Declaration {
  const inToml = fromToml(files['pyproject.toml']);
  const inCfg = cfgSection(files['setup.cfg'] ?? '', cfgTable);
  if (inToml !== undefined && inCfg !== undefined) throw twice();
  if (inToml !== undefined) return { path: 'pyproject.toml', choices: inToml };
  if (inCfg !== undefined) return { path: 'setup.cfg', choices: fromCfg(inCfg) };
  return { path: undefined, choices: {} };
}

/** A place in a file, for errors. */
interface Place {
  path: DeclarationFile;
  line: number | undefined;
}

function fromToml(text: string | undefined): Declared | undefined {
  const found = getToml(readToml(text), ...tomlTable);
  if (text === undefined || found === undefined) return undefined;
  const doc = parseToml(text);
  const placeOf = (path: string[]): Place => ({ path: 'pyproject.toml', line: lineOfKey(doc, path) });
  if (!isTable(found)) throw wrongValue(placeOf(tomlTable), "'gitlab-to-pypi'", 'a table');
  return readKeys(Object.entries(found), (key) => placeOf([...tomlTable, key]));
}

function fromCfg(entries: CfgEntry[]): Declared {
  const values = entries.map(({ key, values }): [string, TomlValue] => [key, cfgValue(key, values)]);
  return readKeys(values, (key) => ({
    path: 'setup.cfg',
    line: entries.find((entry) => entry.key === key)?.line,
  }));
}

/** An ini file has only texts, so the option tells what one stands for. */
function cfgValue(key: string, values: string[]): TomlValue {
  const name = declaredNames.find((it) => keyOf(it) === key);
  const [first = '', ...others] = values;
  const text = values.join(' ').trim();
  switch (name && typeOf(name)) {
    case 'strings':
      // Those beside the key are separated by commas; else each has a line of its own.
      return [...first.split(/\s*,\s*/), ...others].filter((it) => it !== '');
    case 'boolean':
      return /^(?:true|false)$/i.test(text) ? text.toLowerCase() === 'true' : text;
    case 'number':
      return /^\d+$/.test(text) ? Number(text) : text;
    default:
      return text;
  }
}

function readKeys(entries: [string, TomlValue][], placeOf: (key: string) => Place): Declared {
  const choices: Declared = {};
  for (const [key, value] of entries) {
    const name = declaredNames.find((it) => keyOf(it) === key);
    if (name === undefined) throw unknownKey(key, placeOf(key));
    put(choices, name, value, placeOf(key));
  }
  return choices;
}

function put<N extends DeclaredName>(choices: Declared, name: N, value: TomlValue, place: Place): void {
  const rows: { [K in DeclaredName]: { read(given: string | boolean | string[], flag: string): Values[K] } } =
    optionTable;
  const type = typeOf(name);
  if (!isOf(type, value)) throw wrongValue(place, `'${keyOf(name)}'`, typeWords[type]);
  try {
    const read = rows[name].read(typeof value === 'number' ? String(value) : value, `'${keyOf(name)}'`);
    (choices as Pick<Values, N>)[name] = read;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('bad-declaration', `${where(place)}: ${error.message}`, correctIt, { cause: error });
  }
}

type ValueType = 'boolean' | 'number' | 'string' | 'strings';

const typeWords: Record<ValueType, string> = {
  boolean: 'true or false',
  number: 'a whole number from 0 to 99',
  string: 'a string',
  strings: 'a list of strings',
};

function typeOf(name: DeclaredName): ValueType {
  if (name === 'approvals') return 'number';
  const { kind } = optionTable[name satisfies OptionName];
  if (kind === 'switch') return 'boolean';
  return kind === 'list' ? 'strings' : 'string';
}

function isOf(type: ValueType, value: TomlValue): value is string | number | boolean | string[] {
  if (type === 'strings') return Array.isArray(value) && value.every((it) => typeof it === 'string');
  return typeof value === type;
}

const where = ({ path, line }: Place) => `${path}${line === undefined ? '' : `, line ${line}`}`;
const correctIt = 'Correct it there; nothing was changed.';

function unknownKey(key: string, place: Place): UserError {
  return new UserError(
    'bad-declaration',
    `${where(place)}: ${declarationTable[place.path]} has no key '${key}'.`,
    `Its keys are ${declaredNames.map(keyOf).join(', ')}; nothing was changed.`,
  );
}

function wrongValue(place: Place, what: string, wanted: string): UserError {
  return new UserError('bad-declaration', `${where(place)}: ${what} must be ${wanted}.`, correctIt);
}

function twice(): UserError {
  return new UserError(
    'bad-declaration',
    `Both pyproject.toml and setup.cfg have a table of gitlab-to-pypi, ${Object.values(declarationTable).join(' and ')}.`,
    'Remove the one in setup.cfg; nothing was changed.',
  );
}
