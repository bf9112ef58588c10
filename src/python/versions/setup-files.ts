import { findCfgOption, removeCfgOption } from '../../text/setup-cfg.ts';
import { type Keyword, literalString, removeKeyword, setupKeywords } from '../../text/setup-py.ts';
import { applySplices, type Splice } from '../../text/text.ts';
import { NeedsHand, type VersionEdit } from './backend.ts';
import { isWithoutLocalPart, localScheme } from './scm-options.ts';

/**
 * Removes the version from `setup()`, where it silently overrides setuptools-scm. True if setup.py itself asks
 * setuptools-scm for the version, so that no table is needed. Throws `NeedsHand` if the version is computed.
 */
export function editSetupPy(edit: VersionEdit): boolean {
  const text = edit.files['setup.py'];
  if (text === undefined) return false;
  const keywords = setupKeywords(text);
  const version = keywords?.find(({ name }) => name === 'version');
  const scm = keywords?.find(({ name }) => name === 'use_scm_version');
  if (!version && !scm) refuseHidden(text, keywords);
  const splices = [version && removeFixed(text, version), scm && addScmOption(scm, edit.root)];
  const after = applySplices(
    text,
    splices.filter((it) => it !== undefined),
  );
  if (after !== text) edit.others.push({ path: 'setup.py', before: text, after });
  for (const keyword of [version, scm]) if (keyword) noteChange(edit, keyword, after);
  return scm !== undefined;
}

function noteChange(edit: VersionEdit, { name, value }: Keyword, after: string): void {
  const wanted = setupKeywords(after)?.find((it) => it.name === name)?.value ?? '(none)';
  if (wanted !== value) edit.differences.push({ field: `setup.py setup(${name}=)`, current: value, wanted });
}

function removeFixed(text: string, version: Keyword): Splice {
  if (literalString(version.value) !== undefined) return removeKeyword(text, version);
  const computed = version.value.replace(/\s+/g, ' ');
  throw new NeedsHand(
    `setup.py computes the version (${computed}), and a version given there silently wins`,
    `Delete version=${computed} from setup() in setup.py, with the lines that compute it and are then of no use, and run this again.`,
  );
}

/** The version may also hide in arguments built elsewhere: `setup(**arguments)`. */
function refuseHidden(text: string, keywords: Keyword[] | undefined): void {
  const hidden = /\*\*\s*[A-Za-z_]/.test(text) && /['"]version['"]\s*[\]:]|\bversion\s*=/.test(text);
  if (keywords === undefined ? !/\bversion\s*=/.test(text) : !hidden) return;
  throw new NeedsHand(
    'setup.py calls setup() in a way that is not understood, and a version given there silently wins',
    'Call setup() once in setup.py, with its arguments written out and without version=; then run this again.',
  );
}

/** In setuptools, a version in `setup.cfg` silently overrides a plugin's. */
export function dropCfgVersion(edit: VersionEdit, instead: string): void {
  const text = edit.files['setup.cfg'];
  const option = findCfgOption(text ?? '', 'metadata', 'version');
  if (text === undefined || option === undefined) return;
  if (/^(attr|file):/.test(option.value)) {
    edit.notes.push(`The version that setup.cfg points to (${option.value}) is no longer read; ${instead}.`);
  }
  edit.differences.push({ field: 'setup.cfg [metadata] version', current: option.value, wanted: '(none)' });
  edit.others.push({ path: 'setup.cfg', before: text, after: applySplices(text, [removeCfgOption(option)]) });
}

/**
 * Adds `local_scheme` to setup(use_scm_version=...): https://setuptools-scm.readthedocs.io/en/latest/config/
 * Undefined if it is already there. Throws `NeedsHand` for a function, whose result cannot be known.
 */
function addScmOption({ value: written, end }: Keyword, root: string): Splice | undefined {
  const start = end - written.length;
  const value = written.replace(/^[ \t]*#.*$/gm, (comment) => ' '.repeat(comment.length));
  if (value === 'True') {
    const options = [...rootOption(value, root), `"local_scheme": "${localScheme}"`];
    return { start, end, text: `{${options.join(', ')}}` };
  }
  const isCall = /^dict\([\s\S]*\)$/.test(value);
  if (!(isCall || /^\{[\s\S]*\}$/.test(value)) || /\*\*|\bfor\b/.test(value)) throw computed(value);
  const present = (
    isCall
      ? /(\b)local_scheme\s*=\s*(?:(['"])([^'"\n]*)\2)?/
      : /(['"])local_scheme\1\s*:\s*(?:(['"])([^'"\n]*)\2)?/
  ).exec(value);
  if (!present && isCall) throw computed(value);
  if (!present)
    return insert(written, start, [...rootOption(value, root), `"local_scheme": "${localScheme}"`]);
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
