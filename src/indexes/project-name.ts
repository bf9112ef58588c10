import { normalizeName } from '../kernel/package-name.ts';
import { standardLibrary } from './standard-library.ts';

/** Why an index refuses to create a project of that name. */
export type NameRefusal =
  | { kind: 'standard library' }
  | { kind: 'prohibited' }
  | { kind: 'similar'; to: string };

/**
 * What `check_project_name` in `warehouse/packaging/services.py` of pypi/warehouse says about an unused name, as far as
 * it can be known from outside: `existing` are the projects found under its likely spellings. Only the index knows
 * whether it is too close to a popular project, or to one we did not think of.
 */
export function nameRefusal(name: string, existing: string[]): NameRefusal | undefined {
  const normalized = normalizeName(name);
  if (standardLibrary.has(normalized)) return { kind: 'standard library' };
  if (prohibited.has(normalized)) return { kind: 'prohibited' };
  const similar = existing.find((other) => normalizeName(other) !== normalized && isLookalike(other, name));
  return similar === undefined ? undefined : { kind: 'similar', to: similar };
}

/** The refusal as a full sentence. */
export function refusalText(name: string, refusal: NameRefusal, index: string): string {
  switch (refusal.kind) {
    case 'standard library':
      return `${index} refuses '${name}' as the name of a new project, because a module of Python's standard library is called that.`;
    case 'prohibited':
      return `${index} refuses '${name}' as the name of a new project, because it is on the list of prohibited names.`;
    case 'similar':
      return `${index} refuses '${name}' as the name of a new project, because it is too similar to the existing project ${refusal.to}.`;
  }
}

/**
 * Other spellings under which a project that is too similar may exist: normalised, at most five. Not all are requested,
 * since each letter doubles their number.
 */
export function likelySpellings(name: string): string[] {
  const normalized = normalizeName(name);
  const spellings = [normalized, normalized.replaceAll('-', '')].flatMap((spelling) => {
    const letters = spelling.replaceAll('0', 'o');
    return [spelling, letters.replaceAll('1', 'l'), letters.replaceAll('1', 'i')];
  });
  return [...new Set(spellings)].filter((spelling) => spelling !== normalized);
}

/** Typed by people who forget the `-r` of `pip install -r requirements.txt`. */
const prohibited: ReadonlySet<string> = new Set(['requirements-txt', 'rrequirements-txt']);

function isLookalike(one: string, other: string): boolean {
  return ultranormalized(one) === ultranormalized(other);
}

/** The SQL function `ultranormalize_name` (migration d18d443f89f0 of pypi/warehouse). */
function ultranormalized(name: string): string {
  return name.toLowerCase().replace(/[._-]/g, '').replace(/[li]/g, '1').replaceAll('o', '0');
}
