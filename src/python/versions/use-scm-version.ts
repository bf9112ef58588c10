import type { Keyword } from '../../text/setup-py.ts';
import type { Splice } from '../../text/text.ts';
import { NeedsHand } from './backend.ts';
import { isWithoutLocalPart, localScheme } from './scm-options.ts';

/**
 * Adds `local_scheme` to setup(use_scm_version=...): https://setuptools-scm.readthedocs.io/en/latest/config/
 * Undefined if it is already there. Throws `NeedsHand` for a function, whose result cannot be known.
 */
export function addScmOption({ value, end }: Keyword, root: string): Splice | undefined {
  const start = end - value.length;
  if (value === 'True') {
    const options = [...rootOption(value, root), `"local_scheme": "${localScheme}"`];
    return { start, end, text: `{${options.join(', ')}}` };
  }
  if (!/^\{[\s\S]*\}$/.test(value) || /\*\*|\bfor\b/.test(value)) throw computed(value);
  const present = /(['"])local_scheme\1\s*:\s*(?:(['"])([^'"\n]*)\2)?/.exec(value);
  if (!present) return insert(value, start, [...rootOption(value, root), `"local_scheme": "${localScheme}"`]);
  const [whole, , quote, scheme] = present;
  if (quote === undefined || scheme === undefined) throw computed(value);
  if (isWithoutLocalPart(scheme)) return undefined;
  const last = start + present.index + whole.length - 1;
  return { start: last - scheme.length, end: last, text: localScheme };
}

function rootOption(value: string, root: string): string[] {
  return root === '.' || /['"]root['"]\s*:/.test(value) ? [] : [`"root": "${root}"`];
}

/** First in the dictionary, on its own line if the other options have theirs. */
function insert(value: string, start: number, options: string[]): Splice {
  const [, eol, indent] = /^\{[ \t]*(\r?\n)([ \t]*)\S/.exec(value) ?? [];
  const empty = /^\{\s*\}$/.test(value);
  const text =
    eol !== undefined && !empty
      ? options.map((it) => `${eol}${indent}${it},`).join('')
      : options.join(', ') + (empty ? '' : ', ');
  return { start: start + 1, end: start + 1, text };
}

function computed(value: string): NeedsHand {
  return new NeedsHand(
    `setup.py gives use_scm_version=${value.replace(/\s+/g, ' ')}, which only Python itself can read`,
    `Make it give {"local_scheme": "${localScheme}"} besides what it gives now, since the indexes refuse versions with a local part (+g1a2b3c4); or delete use_scm_version= and run this again.`,
  );
}
