import type { Difference } from '../pipeline/model/judge.ts';
import { mayRun } from '../pipeline/model/starts.ts';
import type { OccasionId } from '../pipeline/model/types.ts';
import type { Upload } from '../pipeline/model/uploads.ts';
import type { Package } from '../python/packages.ts';
import { firstLine, inWords, namesText } from '../text/text.ts';
import type { SeveralPackages } from './several-packages.ts';

/** An occasion in words, with its representative ref, if any. */
export function occasionText(id: OccasionId, ref: string): string {
  const words: Record<OccasionId, string> = {
    'version-tag': `tag ${ref}`,
    'pre-release-tag': `tag ${ref}`,
    'other-tag': `tag ${ref}`,
    'default-branch': `push to ${ref}`,
    'other-branch': 'push to another branch',
    'merge-request': 'merge request',
    schedule: 'schedule',
    web: 'pipeline run by hand',
    api: 'pipeline run by the API',
    trigger: 'pipeline run by a trigger',
  };
  return words[id];
}

/** Where an upload goes, in one word. */
export function targetText({ target }: Pick<Upload, 'target'>): string {
  if (target.kind === 'index') return target.id === 'pypi' ? 'PyPI' : 'TestPyPI';
  if (target.kind === 'registry') return "GitLab's registry";
  return target.kind === 'other' ? target.address : 'an index that cannot be told';
}

/**
 * Why an edit is refused, as clauses that follow 'because then', each once for all of its jobs; `isNew` tells the jobs of
 * the file that only the edit would add.
 */
export function reasonsOf(
  differences: readonly Difference[],
  isNew: (job: string) => boolean = () => false,
): string[] {
  const clauses = differences.flatMap((it) => clausesOf(it, isNew));
  return [...new Set(joined(joined(clauses, 'job'), 'when').map(textOf))];
}

/** A clause with gaps for the job that it is about, and for the occasion. */
interface Clause {
  text: string;
  job: string;
  when: string;
}

const gaps = { job: '\0', when: '\x01' };

const clause = (text: string, job: string, when = ''): Clause => ({
  text: text.replaceAll(`'${job}'`, gaps.job).replace(when, when && gaps.when),
  job: `'${job}'`,
  when: text.includes(when) ? when : '',
});

const textOf = ({ text, job, when }: Clause) =>
  text.replaceAll(gaps.job, () => job).replace(gaps.when, () => when);

/** One clause in place of several that only differ in their job, or in their occasion. */
function joined(clauses: Clause[], key: 'job' | 'when'): Clause[] {
  const groups = new Map<string, Clause[]>();
  for (const it of clauses) {
    const same = JSON.stringify({ ...it, [key]: '' });
    groups.set(same, [...(groups.get(same) ?? []), it]);
  }
  return [...groups.values()].map(([first, ...others]) => {
    const { text, ...it } = first as Clause;
    const all = [...new Set([it, ...others].map((one) => one[key]))];
    const isPlural = key === 'job' && all.length > 1;
    return { ...it, text: isPlural ? text.replace('the job \0', 'the jobs \0') : text, [key]: inWords(all) };
  });
}

function clausesOf(difference: Difference, isNew: (job: string) => boolean): Clause[] {
  if (difference.kind !== 'two-publishers')
    return [clause(clauseOf(difference, isNew), ...aboutOf(difference))];
  const { uploads } = difference;
  const theirs = uploads.filter((it) => isChild(it) || !isNew(it.job));
  if (theirs.length < uploads.length) return theirs.map((it) => clause(goesOnText(it), it.job));
  const words = uploads.map((it) => {
    const isTwice = uploads.some((other) => other !== it && other.job === it.job);
    return `${uploaderText(it)}${isTwice && it.origin.kind === 'file' ? ' of the pipeline file' : ''}`;
  });
  const all = words.length > 2 ? 'all' : 'both';
  return [clause(`${words.join(' and ')} would ${all} upload to ${targetText(uploads[0] as Upload)}`, '')];
}

/** The job that a difference is about, and the occasion. */
function aboutOf(difference: Exclude<Difference, { kind: 'two-publishers' }>): [job: string, when?: string] {
  if ('job' in difference)
    return [difference.job, 'occasion' in difference ? whenever(difference.occasion) : ''];
  const upload = 'upload' in difference ? difference.upload : difference.after;
  return [upload.job, at(upload)];
}

const isChild = ({ origin }: Upload) => origin.kind === 'child';

function clauseOf(
  difference: Exclude<Difference, { kind: 'two-publishers' }>,
  isNew: (job: string) => boolean,
): string {
  const named = (job: string, upload?: Upload) =>
    isNew(job) && !(upload && isChild(upload)) ? `a new job ('${job}')` : `'${job}'`;
  switch (difference.kind) {
    case 'upload-lost':
      if (difference.upload.target.kind === 'unknown')
        return `${uploaderText(difference.upload)} would no longer upload to '${difference.upload.target.because}', which only shows when it runs: if that is PyPI, write its address there first`;
      return `${named(difference.upload.job, difference.upload)} would no longer upload to ${targetText(difference.upload)} on ${at(difference.upload)}`;
    case 'upload-added':
      return `${named(difference.upload.job, difference.upload)} would upload to ${targetText(difference.upload)} on ${at(difference.upload)} too`;
    case 'undecided-target':
      return `${uploaderText(difference.upload)} might upload to ${targetText(difference.beside)} as well as ${named(difference.beside.job, difference.beside)}, since its index only shows when it runs: write its address there first`;
    case 'started-early':
      return `${named(difference.upload.job, difference.upload)} would no longer wait for ${namesText(difference.jobs)} on ${at(difference.upload)}: first put it into a later stage`;
    case 'other-credential':
      return isElsewhere(difference.upload)
        ? goesOnText(difference.upload)
        : `${uploaderText(difference.upload)} would still upload to ${targetText(difference.upload)} with ${credentialText(difference.upload)}`;
    case 'nothing-built':
      return `nothing would build on ${at(difference.upload)} what ${named(difference.upload.job, difference.upload)} uploads`;
    case 'files-lost':
      return `${named(difference.upload.job, difference.upload)} would no longer upload all files from ${namesText(difference.jobs)} on ${at(difference.upload)}`;
    case 'needed-job-absent':
      return `${named(difference.job)} would need '${difference.needs}', which is not in the pipeline of ${whenever(difference.occasion)}`;
    case 'job-lost':
      return `the job '${difference.job}' would be gone`;
    case 'job-start-changed': {
      const when = whenever(difference.occasion);
      if (!mayRun(difference.after)) return `the job '${difference.job}' would no longer run on ${when}`;
      if (mayRun(difference.before))
        return `the job '${difference.job}' would start in another way on ${when}`;
      return `the job '${difference.job}' would run on ${when} too: limit it by 'rules' first`;
    }
    case 'artifacts-lost':
      return `the job '${difference.job}' would not get ${difference.paths.join(', ')} any more`;
    case 'tagging-lost':
      return `'${difference.commands[0] ?? ''}' of the job '${difference.job}', which creates tags, would be gone: ${tagAdvice}`;
    case 'commands-lost':
      return `'${difference.commands[0] ?? ''}' of the job '${difference.job}' would be gone`;
    case 'command-moved':
      return `'${firstLine(difference.command)}' would run in '${difference.job}' on other occasions than now${/\b(?:semantic-release|cz|bump\w*|git (?:tag|push))\b/.test(difference.command) ? `: ${tagAdvice}` : ''}`;
    case 'start-changed':
    case 'files-changed':
    case 'version-changed':
      return `'${difference.after.job}' would upload something else on ${at(difference.after)}`;
  }
}

/** Not in the script of a job of the pipeline file. */
const isElsewhere = ({ origin, publication }: Upload) =>
  origin.kind !== 'file' || (publication.command?.via ?? []).length > 0;

/** An upload that is not edited where it is. */
function goesOnText(upload: Upload): string {
  const { command } = upload.publication;
  const how = command === undefined ? 'in its own way' : `by '${firstLine(command.text)}'`;
  return `${uploaderText(upload)} would go on uploading to ${targetText(upload)} ${how}, where it cannot be edited: first take that out, or let the job's own script upload`;
}

/** An occasion without its ref. */
const whenever = (occasion: OccasionId) =>
  at({ occasion, ref: occasion === 'default-branch' ? 'the default branch' : '' }).trim();

/** The job that uploads, with the script or the child pipeline that it does it in. */
function uploaderText({ job, origin, publication }: Upload): string {
  const via = publication.command?.via ?? [];
  const isRelease = publication.command?.tool === 'semantic-release';
  const how = isRelease ? ' (by semantic-release, which uploads itself before version 8)' : '';
  const through = via.length > 0 ? ` (through ${via.join(', ')})` : '';
  const places = { file: '', include: ' of an included file', child: ' of the child pipeline' };
  return `'${job}'${places[origin.kind]}${origin.kind === 'child' ? ` ${origin.file}` : ''}${how}${through}`;
}

/** https://docs.gitlab.com/ci/jobs/ci_job_token/ : what a job token pushes starts no pipeline. */
const tagAdvice =
  'take the upload out of that job first, and let it push its tags with a project access token, since a tag pushed with the job token starts no pipeline';

const at = ({ occasion, ref }: Pick<Upload, 'occasion' | 'ref'>) => `a ${occasionText(occasion, ref)}`;

/** How an upload authenticates, in words. */
export function credentialText({ credential }: Pick<Upload, 'credential'>): string {
  switch (credential.kind) {
    case 'id-token':
      return 'its ID token';
    case 'exchange':
      return 'an ID token exchanged by hand';
    case 'variable':
      return credential.keys.join(', ');
    case 'literal':
      return 'a token in the file';
    case 'unknown':
      return 'a credential that cannot be told';
  }
}

/** Why jobs are left alone that are about another package, and what is possible for now. */
export function wordsOfPackages(several: SeveralPackages, path: string): { reason: string; manual: string } {
  const one = 'One package of a repository can be set up for now';
  const manual =
    'Publish the other packages from projects of their own, or give this one jobs, environments and a tag pattern of its own by hand.';
  switch (several.kind) {
    case 'other-package':
      return {
        reason: `${path} is not edited, because the job '${several.job}' builds another package of this repository, ${packageText(several.package)}. ${one}.`,
        manual,
      };
    case 'any-package':
      return {
        reason: `${path} is not edited, because the job '${several.job}' builds whichever package the tag names ('${several.text}'), and the repository has ${listText(several.packages)}. ${one}, whose tags are versions alone.`,
        manual,
      };
    case 'tags-name-packages':
      return {
        reason: `${path} is not edited, because tags of this repository name the package that they release ('${several.tag}'), and it has ${listText(several.packages)}. ${one}, whose tags are versions alone.`,
        manual,
      };
  }
}

const packageText = ({ name, directory }: Package) =>
  `${name} in ${directory === '.' ? 'the root' : directory}`;

const listText = (packages: Package[]) => inWords(packages.map(packageText), 4);
