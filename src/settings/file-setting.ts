import type { EditResult, FileEdit } from '../editing/result.ts';
import { type Finding, finding, type Step } from './setting.ts';

/** What the two settings that live in files say of themselves. */
export interface FileWords {
  ok: string;
  different: string;
  missing: string;
  /** Whether nothing of it is there yet. */
  isMissing: boolean;
}

/** The finding that an edit comes to. */
export function findingOfEdit(edit: EditResult, words: FileWords): Finding {
  const { notes } = edit;
  if (edit.kind === 'unchanged') return finding('ok', words.ok, { notes });
  if (edit.kind === 'refused') {
    return finding('manual', edit.reason, { manual: edit.manual, differences: edit.differences, notes });
  }
  const { edits, differences } = edit;
  const manual = `Make the change that the diff of ${edits.map(({ path }) => path).join(', ')} shows.`;
  const [state, message] = words.isMissing
    ? (['missing', words.missing] as const)
    : (['different', words.different] as const);
  return finding(state, message, { manual, differences, files: edits, steps: edits.map(writing), notes });
}

function writing({ path, before, after }: FileEdit): Step {
  return {
    label: `${before === undefined ? 'create' : 'edit'} ${path}`,
    run: ({ files }) => files.write(path, before, after),
  };
}
