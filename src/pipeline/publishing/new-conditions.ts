import { isDeepStrictEqual } from 'node:util';
import { ownValue } from '../../kernel/own-value.ts';
import { UnsafeEdit } from '../../text/result.ts';
import { valueAt } from '../../text/yaml/data.ts';
import type { YamlTable, YamlValue } from '../../text/yaml/document.ts';
import {
  exchangeYaml,
  hasOwn,
  ownAt,
  removeItem,
  removeYaml,
  reread,
  setYaml,
} from '../../text/yaml/draft.ts';
import type { Check } from '../check.ts';
import { jobOf, note, type PipelineEdit, seen } from '../edit.ts';
import { parentsOf } from '../recognise/jobs.ts';
import { ancestorsOf, exclusiveAncestors } from '../recognise/parents.ts';

/** A job's new rules, and the conditions that they replace. */
export interface NewRules {
  before: YamlValue | undefined;
  rules: YamlTable[];
}

/** That the job runs by its new rules alone. */
export function conditionsCheck({ before, rules }: NewRules): Check {
  return {
    path: ['rules'],
    holds: ({ only, except, ...job }) =>
      only === undefined && except === undefined && isDeepStrictEqual(job.rules, rules),
    repair: (edit, { name }) => {
      note(edit, [name, 'rules'], before, rules);
      clearConditions(edit, name, rules);
      if (!isDeepStrictEqual(ownAt(edit.draft, [name, 'rules']), rules))
        setYaml(edit.draft, [name, 'rules'], rules);
    },
  };
}

/** Removes `only` and `except`, wherever they come from: GitLab does not allow them next to rules. */
function clearConditions(edit: PipelineEdit, name: string, rules: YamlTable[]): void {
  const { draft } = edit;
  for (const key of ['only', 'except']) {
    clearInherited(edit, name, key);
    if (!hasOwn(draft, [name, key])) continue;
    if (hasOwn(draft, [name, 'rules'])) removeYaml(draft, [name, key]);
    else exchangeYaml(draft, name, key, 'rules', rules);
  }
}

function clearInherited(edit: PipelineEdit, name: string, key: string): void {
  const { draft } = edit;
  const data = seen(edit);
  const holders = ancestorsOf(reread(draft), data, name).filter(
    (it) => hasOwn(draft, [it, key]) || valueAt(edit.included, [it, key]) !== undefined,
  );
  const names = edit.publishing.filter(({ exists }) => exists).map((it) => it.name);
  const exclusive = exclusiveAncestors(reread(draft), data, names);
  for (const holder of holders) {
    if (exclusive.includes(holder)) removeYaml(draft, [holder, key]);
    else leave(edit, name, holder, key);
  }
}

/** Stops extending a shared parent that contains nothing but the conditions. */
function leave(edit: PipelineEdit, name: string, holder: string, key: string): void {
  const { draft } = edit;
  const content = Object.keys(jobOf(edit, holder));
  const parents = parentsOf(ownValue(draft.data, name));
  const at = parents.indexOf(holder);
  const alone = content.every((it) => /^(only|except|extends|rules)$/.test(it));
  if (at < 0 || !alone)
    throw new UnsafeEdit(
      `'${key}' of the job '${name}' comes from '${holder}', which other jobs use as well: first write conditions of its own into it`,
    );
  note(edit, [name, 'extends'], parents, parents.toSpliced(at, 1));
  if (parents.length === 1) removeYaml(draft, [name, 'extends']);
  else removeItem(draft, [name, 'extends'], at);
}
