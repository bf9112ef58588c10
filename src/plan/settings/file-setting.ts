import type { EditResult, Difference as FileDifference, FileEdit } from '../../text/result.ts';
import type { Difference } from '../difference.ts';
import { type Finding, fixable, ok, unfixable } from '../finding.ts';
import type { Step } from './setting.ts';

/** The wording for each of the two settings that live in files. */
export interface FileWords {
  ok: string;
  different: string;
  missing: string;
  /** Whether none of it exists yet. */
  isMissing: boolean;
}

/** Turns an edit into a finding. */
export function findingOfEdit(edit: EditResult, words: FileWords): Finding {
  const { notes } = edit;
  if (edit.kind === 'unchanged') return ok(words.ok, { notes });
  const differences = edit.differences.map(inFile);
  if (edit.kind === 'refused')
    return unfixable('manual', edit.reason, { manual: edit.manual, differences, notes });
  const { edits } = edit;
  const manual = `Make the change that the diff of ${edits.map(({ path }) => path).join(', ')} shows.`;
  const [state, message] = words.isMissing
    ? (['missing', words.missing] as const)
    : (['different', words.different] as const);
  return fixable(state, message, { manual, differences, files: edits, steps: edits.map(writing), notes });
}

/** A token or password in clear text is only shown in the diff, which has to match the file. */
function inFile({ field, current, wanted }: FileDifference): Difference {
  const isSecret = /(password|token|secret|credential)\w*$/i.test(field) && !/^(\$|\(none\)$)/.test(current);
  const hidden = isSecret ? '(a secret)' : current.replace(/\b(pypi-|glpat-)[\w.-]{8,}/g, '(a token)');
  return { field: { of: 'file', path: field }, current: hidden, wanted };
}

function writing({ path, before, after }: FileEdit): Step {
  return {
    label: `${before === undefined ? 'create' : 'edit'} ${path}`,
    run: ({ files }) => files.write(path, before, after),
  };
}
