import { normalizeName } from '../kernel/package-name.ts';
import { standardLibrary } from './standard-library.ts';

/** Why an index refuses to create a project of that name. */
export type NameRefusal =
  | { kind: 'standard library' }
  | { kind: 'prohibited' }
  | { kind: 'similar'; to: string };

/**
 * What `check_project_name` in `warehouse/packaging/services.py` of pypi/warehouse says of a name that no project has yet,
 * as far as it can be known from outside: `existing` are the projects that were found under its likely spellings. Whether
 * it is close to one of the most used projects, or to one that nobody thought of, only the index knows.
 */
export function nameRefusal(name: string, existing: string[]): NameRefusal | undefined {
  const normalized = normalizeName(name);
  if (standardLibrary.has(normalized)) return { kind: 'standard library' };
  if (prohibited.has(normalized)) return { kind: 'prohibited' };
  const similar = existing.find((other) => normalizeName(other) !== normalized && isLookalike(other, name));
  return similar === undefined ? undefined : { kind: 'similar', to: similar };
}

/** The refusal as a finished sentence. */
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
 * Other spellings under which a project that is too similar may exist: normalized, at most five of them. Not all are
 * asked for, as they double with each letter.
 */
export function likelySpellings(name: string): string[] {
  const normalized = normalizeName(name);
  const spellings = [normalized, normalized.replaceAll('-', '')].flatMap((spelling) => {
    const letters = spelling.replaceAll('0', 'o');
    return [spelling, letters.replaceAll('1', 'l'), letters.replaceAll('1', 'i')];
  });
  return [...new Set(spellings)].filter((spelling) => spelling !== normalized);
}

/** What somebody types who forgot the `-r` of `pip install -r requirements.txt`. */
const prohibited: ReadonlySet<string> = new Set(['requirements-txt', 'rrequirements-txt']);

function isLookalike(one: string, other: string): boolean {
  return ultranormalized(one) === ultranormalized(other);
}

/** The SQL function `ultranormalize_name` (migration d18d443f89f0 of pypi/warehouse). */
function ultranormalized(name: string): string {
  return name.toLowerCase().replace(/[._-]/g, '').replace(/[li]/g, '1').replaceAll('o', '0');
}
