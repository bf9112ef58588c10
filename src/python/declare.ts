import { type EditResult, UnsafeEdit } from '../text/result.ts';
import { findCfgOption, putCfgOption, removeCfgOption } from '../text/setup-cfg.ts';
import { applySplices } from '../text/text.ts';
import type { TomlValue } from '../text/toml/document.ts';
import { draftOf, dropKey, finishDraft, setKey } from '../text/toml/draft.ts';
import {
  cfgTable,
  type DeclarationFile,
  type Declared,
  type DeclaredName,
  declarationDefaults,
  declarationHome,
  declarationTable,
  declaredNames,
  keyOf,
  readDeclaration,
  sameChoice,
  tomlTable,
} from './declaration.ts';
import type { PythonFiles } from './python-files.ts';

/**
 * Brings the table up to date, in the file where it stands, else in `pyproject.toml`, else in `setup.cfg`. Keys that
 * already hold what is wanted, and those not wanted at all, are left as they are. Paths in the result are relative to
 * the project's folder.
 */
export function editDeclaration(files: PythonFiles, wanted: Declared): EditResult {
  const { path, choices } = readDeclaration(files);
  const home = declarationHome(files, path);
  const fields = changesTo(choices, wanted);
  if (fields.length === 0) return { kind: 'unchanged', notes: [] };
  const before = files[home];
  try {
    const after = home === 'pyproject.toml' ? editToml(before, fields) : editCfg(before, fields);
    const differences = fields.map(({ name, key, value, now }) => ({
      field: `${declarationTable[home]} ${key}`,
      current: shown(now),
      wanted: shown(value ?? declarationDefaults[name as keyof typeof declarationDefaults]),
    }));
    return { kind: 'edited', edits: [{ path: home, before, after }], differences, notes: [] };
  } catch (error) {
    if (!(error instanceof UnsafeEdit)) throw error;
    return {
      kind: 'refused',
      reason: `The table ${declarationTable[home]} cannot be written into ${home}, because ${error.message}.`,
      differences: [],
      manual: tableToPaste(wanted, home),
      notes: [],
    };
  }
}

/** The table as it would be written, to be put in by hand. */
export function tableToPaste(wanted: Declared, home: DeclarationFile): string {
  const fields = changesTo({}, wanted);
  const text = home === 'pyproject.toml' ? editToml('', fields) : editCfg('', fields);
  return `Put this into ${home}:\n\n${text}`;
}

/** A key to set, or with null to remove. */
interface FieldChange {
  name: DeclaredName;
  key: string;
  value: TomlValue | null;
  now: TomlValue | undefined;
}

/** A default needs no key, but may have one. */
function changesTo(now: Declared, wanted: Declared): FieldChange[] {
  const usual: Declared = declarationDefaults;
  return declaredNames.flatMap((name) => {
    const value = wanted[name];
    if (value === undefined || sameChoice(value, now[name])) return [];
    const isDefault = sameChoice(value, usual[name]);
    if (isDefault && now[name] === undefined) return [];
    return [{ name, key: keyOf(name), value: isDefault ? null : value, now: now[name] }];
  });
}

function editToml(text: string | undefined, changes: FieldChange[]): string {
  const draft = draftOf(text ?? '');
  for (const { key, value } of changes) {
    if (value === null) dropKey(draft, [...tomlTable, key]);
    else setKey(draft, tomlTable, key, value);
  }
  return finishDraft(draft);
}

function editCfg(text: string | undefined, changes: FieldChange[]): string {
  let after = text ?? '';
  // A new key goes to the top of its cfgTable, so the last one comes first.
  for (const { key, value } of changes.toReversed()) {
    const option = findCfgOption(after, cfgTable, key);
    if (value !== null) after = applySplices(after, [putCfgOption(after, cfgTable, key, cfgText(value))]);
    else if (option) after = applySplices(after, [removeCfgOption(option)]);
  }
  return after;
}

function cfgText(value: TomlValue): string | string[] {
  if (!Array.isArray(value)) return String(value);
  const texts = value.map(String);
  return texts.some((it) => it.includes(',')) ? texts : texts.join(', ');
}

const shown = (value: TomlValue | null | undefined) =>
  value === null || value === undefined ? '(none)' : Array.isArray(value) ? value.join(', ') : String(value);
