import { isDeepStrictEqual } from 'node:util';
import type { PublisherFields } from '../indexes/publisher-form.ts';
import { type Approval, approvalLabels, labels, type Who } from '../people/who.ts';
import type { AccessRule } from '../ports/gitlab.ts';
import { rowLabels, whoOfRow } from './settings/access-rows.ts';

/** Identifies a field of a setting. */
export type Field =
  | { of: 'issuer' | 'pipeline file' | 'subject claim' | 'GitLab version' | 'environments feature' }
  | { of: 'project status' }
  | { of: 'publisher form'; name: keyof PublisherFields }
  | { of: 'environment'; name: 'tier' | 'externalUrl' | 'description' }
  | { of: 'deployers' | 'approvals' | 'self-approval' | 'pipeline variables' | 'credential' | 'lint' }
  /** The rule for tags of a name or pattern. */
  | { of: 'tags'; pattern: string }
  /** A rule for branches; `rule` if the whole rule is missing. */
  | { of: 'branch'; pattern: string; part: 'rule' | 'push' | 'forcePush' }
  /** A variable that is missing altogether. */
  | { of: 'variable'; key: string }
  | { of: 'variable flag'; name: 'environmentScope' | 'protected' | 'masked' | 'raw' | 'type' | 'value' }
  /** A field of a file, by its path in it: `release.script`. */
  | { of: 'file'; path: string };

/** A field's value; null if there is none. */
export type Value =
  | string
  | boolean
  | null
  | { rows: AccessRule[] }
  | { who: Who[] }
  | { approvals: Approval[] };

/** A field that is not as wanted. */
export interface Difference {
  field: Field;
  current: Value;
  wanted: Value;
}

/** Which of the fields, given as `[field, current, wanted]`, are not as wanted. */
export function compare(fields: [field: Field, current: Value | undefined, wanted: Value][]): Difference[] {
  return fields
    .map(([field, current, wanted]) => ({ field, current: current ?? null, wanted }))
    .filter(({ current, wanted }) => !sameValue(current, wanted));
}

/** Whether two differences are in the same field, with the same values. */
export function sameDifference(one: Difference, other: Difference): boolean {
  return (
    isDeepStrictEqual(one.field, other.field) &&
    sameValue(one.current, other.current) &&
    sameValue(one.wanted, other.wanted)
  );
}

/** People and rows compare regardless of order and row ids. */
function sameValue(one: Value, other: Value): boolean {
  return isDeepStrictEqual(contentOf(one), contentOf(other));
}

function contentOf(value: Value): unknown {
  if (value === null || typeof value !== 'object') return value === '' ? null : value;
  if ('rows' in value) return value.rows.map(whoOfRow).sort();
  if ('who' in value) return value.who.map(({ rule }) => whoOfRow(rule)).sort();
  return value.approvals.map(({ who, required }) => `${whoOfRow(who.rule)} ${required}`).sort();
}

/** A difference in the words of the JSON report; `(none)` for null. */
export interface DifferenceWords {
  field: string;
  current: string;
  wanted: string;
}

/** Puts a difference into words; the only place that does. */
export function wordsOf({ field, current, wanted }: Difference): DifferenceWords {
  return { field: fieldName(field), current: valueWords(current, field), wanted: valueWords(wanted, field) };
}

/** The fields' names in GitLab's API and PyPI's form. */
const names: Partial<Record<Field['of'], string>> = {
  'pipeline file': 'ci_config_path',
  'subject claim': 'ci_id_token_sub_claim_components',
  'environments feature': 'environments_access_level',
  'self-approval': 'allow_pipeline_trigger_approve_deployment',
  'pipeline variables': 'ci_pipeline_variables_minimum_override_role',
  lint: "GitLab's lint",
};

const propertyNames: Record<string, string> = {
  externalUrl: 'external_url',
  environmentScope: 'environment_scope',
  type: 'variable_type',
};

function fieldName(field: Field): string {
  switch (field.of) {
    case 'tags':
      return `tags ${field.pattern}`;
    case 'branch':
      return `branch ${field.pattern}${{ rule: '', push: ': push', forcePush: ': force push' }[field.part]}`;
    case 'variable':
      return field.key;
    case 'file':
      return field.path;
    case 'environment':
    case 'variable flag':
    case 'publisher form':
      return propertyNames[field.name] ?? field.name;
    default:
      return names[field.of] ?? field.of;
  }
}

function valueWords(value: Value, field: Field): string {
  if (typeof value === 'boolean') {
    if (field.of === 'variable flag') return String(value);
    return value ? 'allowed' : 'not allowed';
  }
  if (value === null || value === '') return '(none)';
  if (typeof value === 'string') return value;
  if ('rows' in value) return rowLabels(value.rows) || '(none)';
  if ('who' in value) return labels(value.who) || '(none)';
  return approvalLabels(value.approvals);
}
