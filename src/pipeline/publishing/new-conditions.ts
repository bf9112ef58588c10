import { isDeepStrictEqual } from 'node:util';
import { ownValue } from '../../kernel/own-value.ts';
import { UnsafeEdit } from '../../text/result.ts';
import { valueAt } from '../../text/yaml/data.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';
import {
  exchangeYaml,
  hasOwn,
  ownAt,
  removeItem,
  removeMerge,
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

/** What of an edit is needed to give a job other conditions. */
type Conditions = Pick<PipelineEdit, 'draft' | 'included' | 'publishing' | 'differences'>;

/** That the job runs by its new rules alone. */
export function conditionsCheck(wanted: NewRules): Check {
  return {
    path: ['rules'],
    holds: ({ only, except, ...job }) =>
      only === undefined && except === undefined && isDeepStrictEqual(job.rules, wanted.rules),
    repair: (edit, { name }) => setConditions(edit, name, wanted),
  };
}

/** Writes the rules of a job, in place of `only` and `except` if it has these. */
export function setConditions(edit: Conditions, name: string, { before, rules }: NewRules): void {
  note(edit, [name, 'rules'], before, rules);
  clearConditions(edit, name, rules);
  if (!isDeepStrictEqual(ownAt(edit.draft, [name, 'rules']), rules))
    setYaml(edit.draft, [name, 'rules'], rules);
}

/** Removes `only` and `except`, wherever they come from: GitLab does not allow them next to rules. */
function clearConditions(edit: Conditions, name: string, rules: YamlTable[]): void {
  const { draft } = edit;
  for (const key of old) {
    for (const holder of exclusiveIn(edit, name))
      if (hasOwn(draft, [holder, key])) removeYaml(draft, [holder, key]);
    if (!hasOwn(draft, [name, key])) continue;
    if (hasOwn(draft, [name, 'rules'])) removeYaml(draft, [name, key]);
    else exchangeYaml(draft, name, key, 'rules', rules);
  }
  const left = old.find((key) => jobOf(edit, name)[key] !== undefined);
  if (left !== undefined)
    throw new UnsafeEdit(
      `'${left}' of the job '${name}' comes from elsewhere: first write conditions of its own into it`,
    );
}

const old = ['only', 'except'];

/** The hidden jobs behind a job that only publishing jobs use. */
function exclusiveIn({ draft, included, publishing }: Conditions, name: string): string[] {
  const data = seen({ draft, included });
  const names = publishing.filter(({ exists }) => exists).map((it) => it.name);
  const exclusive = exclusiveAncestors(reread(draft), data, names);
  return ancestorsOf(reread(draft), data, name).filter((it) => exclusive.includes(it));
}

/**
 * Where `only` or `except` come from parents that other jobs use as well, the job gets a copy of its own of everything
 * else that it has from these, and uses them no more.
 */
export function leaveSharedConditions(edit: Conditions, name: string): void {
  const { draft } = edit;
  const ofPublishers = exclusiveIn(edit, name);
  for (const user of [name, ...ofPublishers]) {
    const itself = ownValue(draft.data, user);
    const parents = parentsOf(itself);
    const shared = parents.filter((it) => !ofPublishers.includes(it) && has(jobOf(edit, it), old));
    const own = isYamlTable(itself) ? Object.keys(itself) : [];
    const merged = own.filter((key) => !hasOwn(draft, [user, key]));
    const isShared = old.some(
      (key) => merged.includes(key) && !ofPublishers.some((it) => hasOwn(draft, [it, key])),
    );
    copy(edit, user, [...shared.flatMap((it) => Object.keys(jobOf(edit, it))), ...(isShared ? merged : [])]);
    if (isShared)
      removeMerge(
        draft,
        user,
        old.filter((key) => merged.includes(key)),
      );
    if (shared.length === 0) continue;
    const others = parents.filter((it) => !shared.includes(it));
    note(edit, [user, 'extends'], parents, others);
    if (others.length === 0) removeYaml(draft, [user, 'extends']);
    else
      for (const it of shared) removeItem(draft, [user, 'extends'], parentsOf(draft.data[user]).indexOf(it));
  }
}

const has = (job: YamlTable, keys: string[]) => keys.some((key) => job[key] !== undefined);

/** Writes out what a job has from elsewhere under these keys, but for conditions. */
function copy(edit: Conditions, name: string, keys: string[]): void {
  const { draft } = edit;
  const whole = jobOf(edit, name);
  for (const key of new Set(keys)) {
    const value = whole[key];
    if (value === undefined || [...old, 'rules', 'extends'].includes(key)) continue;
    const own = hasOwn(draft, [name, key]) ? valueAt(draft.data, [name, key]) : undefined;
    const fields = isYamlTable(value) && isYamlTable(own) ? Object.entries(value) : [];
    if (own === undefined) setYaml(draft, [name, key], value);
    for (const [field, inner] of fields)
      if (!isDeepStrictEqual(valueAt(own, [field]), inner)) setYaml(draft, [name, key, field], inner);
  }
}
