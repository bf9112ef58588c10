import { isProjectName } from './names.ts';

/** The fields of an upload, each with all its values. */
export type Fields = Record<string, string[]>;

/** What is wrong with an upload's metadata, in the words of `warehouse/forklift/metadata.py`. */
export function metadataProblem(fields: Fields): string | undefined {
  const of = (name: string) => fields[name]?.[0];
  const metadataVersion = of('metadata_version');
  if (metadataVersion === undefined || !metadataVersions.includes(metadataVersion))
    return `${quoted(metadataVersion)} is not a valid metadata version.`;
  const [name = '', version = ''] = [of('name'), of('version')];
  if (name === '') return "'name' is a required field.";
  if (!isProjectName(name)) return `${quoted(name)} is invalid for 'name'.`;
  if (version === '') return "'version' is a required field.";
  if (!isVersion(version)) return `${quoted(version)} is invalid for 'version'.`;
  if (version.includes('+')) return `The use of local versions in '${version}' is not allowed.`;
  const summary = of('summary') ?? '';
  if (summary.includes('\n')) return "'summary' must be a single line.";
  if (summary.length > 512) return "'summary' field must be 512 characters or less.";
  return (
    specifierProblem(of('requires_python')) ??
    licenceProblem(of('license_expression')) ??
    descriptionProblem(of('description'), of('description_content_type')) ??
    firstProblem(fields.classifiers, classifierProblem) ??
    firstProblem([...(fields.home_page ?? []), ...(fields.download_url ?? [])], urlProblem) ??
    firstProblem(fields.project_urls, projectUrlProblem) ??
    firstProblem(fields.requires_dist, dependencyProblem)
  );
}

const metadataVersions = ['1.0', '1.1', '1.2', '2.0', '2.1', '2.2', '2.3', '2.4', '2.5'];

/** A PEP 440 version in any permitted spelling: https://packaging.python.org/specifications/version-specifiers/ */
export function isVersion(text: string): boolean {
  return /^v?(?:\d+!)?\d+(?:\.\d+)*(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview)[-_.]?\d*)?(?:-\d+|[-_.]?(?:post|rev|r)[-_.]?\d*)?(?:[-_.]?dev[-_.]?\d*)?(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?$/i.test(
    text,
  );
}

function firstProblem(
  values: string[] = [],
  problem: (value: string) => string | undefined,
): string | undefined {
  for (const value of values) {
    const found = problem(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

function specifierProblem(specifier = ''): string | undefined {
  const parts = specifier.split(',').map((part) => part.trim());
  const isFine = parts.every((part) => part === '' || /^(?:===|[<>=!~]=|[<>])\s*v?\d[\w.!+*-]*$/.test(part));
  return isFine ? undefined : `${quoted(specifier)} is invalid for 'requires-python'.`;
}

/** Only checks SPDX's grammar, not which licences exist. */
function licenceProblem(expression = ''): string | undefined {
  const licence = String.raw`\(*\s*[A-Za-z0-9][A-Za-z0-9.-]*\+?(?:\s+WITH\s+[A-Za-z0-9.-]+)?\s*\)*`;
  const isFine =
    expression === '' || new RegExp(`^${licence}(?:\\s+(?:AND|OR)\\s+${licence})*$`, 'i').test(expression);
  return isFine ? undefined : `${quoted(expression)} is invalid for 'license-expression'.`;
}

function descriptionProblem(description = '', type = 'text/x-rst'): string | undefined {
  const [kind = ''] = type.split(';');
  if (!['text/plain', 'text/x-rst', 'text/markdown'].includes(kind.trim()))
    return `${quoted(type)} is invalid for 'description-content-type'.`;
  return kind.trim() === 'text/x-rst' && !hasSoundTitles(description)
    ? "The description failed to render for 'text/x-rst'."
    : undefined;
}

/** Of the errors that docutils calls severe, only titles that skip a level are detected. */
function hasSoundTitles(description: string): boolean {
  const styles: string[] = [];
  let level = 0;
  const lines = description.split('\n');
  for (const [at, line] of lines.entries()) {
    const mark = /^([!-/:-@[-`{-~])\1{2,}\s*$/.exec(line)?.[1];
    const title = lines[at - 1] ?? '';
    if (mark === undefined || !/^\S/.test(title) || title.length > line.length) continue;
    if (!styles.includes(mark)) styles.push(mark);
    const wanted = styles.indexOf(mark) + 1;
    if (wanted > level + 1) return false;
    level = wanted;
  }
  return true;
}

/** The full list of classifiers is long; only checks top-level categories, statuses and Python versions. */
function classifierProblem(classifier: string): string | undefined {
  const [head = '', second = '', third] = classifier.split(' :: ');
  const isPython = head === 'Programming Language' && second === 'Python' && /^\d/.test(third ?? '');
  const isKnown =
    classifierHeads.has(head) &&
    second !== '' &&
    (head !== 'Development Status' || statuses.has(second)) &&
    (!isPython || /^(?:2(?:\.[3-7])?|3(?:\.\d|\.1[0-5])?)$/.test(third ?? ''));
  return isKnown ? undefined : `${quoted(classifier)} is not a valid classifier.`;
}

const classifierHeads = new Set([
  'Development Status',
  'Environment',
  'Framework',
  'Intended Audience',
  'License',
  'Natural Language',
  'Operating System',
  'Programming Language',
  'Topic',
  'Typing',
]);

const statuses = new Set([
  '1 - Planning',
  '2 - Pre-Alpha',
  '3 - Alpha',
  '4 - Beta',
  '5 - Production/Stable',
  '6 - Mature',
  '7 - Inactive',
]);

function urlProblem(url: string): string | undefined {
  return /^https?:\/\/[^\s/]+/.test(url) ? undefined : `${quoted(url)} is not a valid url.`;
}

function projectUrlProblem(text: string): string | undefined {
  const comma = text.indexOf(',');
  const [label, url] = [text.slice(0, Math.max(comma, 0)).trim(), text.slice(comma + 1).trim()];
  if (label === '') return 'Must have a label.';
  if (label.length > 32) return `${quoted(label)} must be 32 characters or less.`;
  return url === '' ? 'Must have a URL.' : urlProblem(url);
}

function dependencyProblem(requirement: string): string | undefined {
  return /^[\w.-]+\s*(?:\[[^\]]*\])?\s*@/.test(requirement)
    ? `Can't have direct dependency: ${requirement}.`
    : undefined;
}

const quoted = (text: string | undefined) => (text === undefined ? 'None' : `'${text}'`);
