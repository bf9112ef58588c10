import { isDeepStrictEqual } from 'node:util';
import { protectedAs } from '../facts/gitlab-project.ts';
import type { Facts } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import { openConditions, possibleStarts } from '../pipeline/model/starts.ts';
import type { OccasionId, Start } from '../pipeline/model/types.ts';
import type { Upload } from '../pipeline/model/uploads.ts';
import type { VersionKind } from '../pipeline/model/version.ts';
import { credentialText, occasionText, targetText } from './judgement-words.ts';
import type { Situation } from './settings/setting.ts';

/** What starts an upload; `if ...` where a condition decides that the files leave open. */
type StartWord = 'auto' | 'manual' | 'approval' | 'delayed' | 'on-failure' | `if ${string}`;

/** One upload as it is shown and reported. */
export interface ReportedUpload {
  /** 'pypi', 'testpypi', 'registry', or the address of another index. */
  index: string;
  job: string;
  /** 'id-token', the name of a variable, 'exchange', 'literal' or 'unknown'. */
  credential: string;
  start: StartWord;
  /** The jobs that somebody has to start first; absent if there are none. */
  gates?: string[];
  /** The version, or what it comes from. */
  version: string;
  files: string[];
}

/** An occasion with what is uploaded on it. */
export interface OccasionRow {
  occasion: string;
  before: ReportedUpload[];
  after: ReportedUpload[];
}

/**
 * What happens when, before the edit and after it: the occasions on which something is uploaded, each once. With
 * `settled`, GitLab's settings are no part of the difference: what they will ask for is asked for before as well.
 */
export function occasionRows(
  { facts, goal, verdicts: { occasions } }: Situation,
  { settled = false } = {},
): OccasionRow[] {
  if (occasions === undefined) return [];
  const { before, after } = occasions;
  const names = new Map<OccasionId, string>();
  for (const { occasion, ref } of [...after, ...before]) names.set(occasion, occasionText(occasion, ref));
  return [...names].map(([id, occasion]) => ({
    occasion,
    before: uploadsOn(id, before, (upload) =>
      settled ? needsApproval(upload, goal) : needsApprovalNow(upload, facts),
    ),
    after: uploadsOn(id, after, (upload) => needsApproval(upload, goal)),
  }));
}

/** Whether an occasion goes on as it was, but for what stands behind it. */
export const isSame = ({ before, after }: OccasionRow): boolean => isDeepStrictEqual(before, after);

function uploadsOn(
  id: OccasionId,
  uploads: Upload[],
  approved: (upload: Upload) => boolean,
): ReportedUpload[] {
  return uploads
    .filter(({ occasion }) => occasion === id)
    .map((upload) => ({
      index: indexOf(upload),
      job: upload.job,
      credential: credentialOf(upload),
      start: approved(upload) ? 'approval' : startWord(upload.start),
      ...(upload.gates.length > 0 ? { gates: upload.gates } : {}),
      version: upload.versions.map((version) => versionText(version, upload)).join(' or '),
      files: upload.files,
    }));
}

function indexOf(upload: Upload): string {
  const { target } = upload;
  if (target.kind === 'index') return target.id;
  return target.kind === 'registry' ? 'registry' : targetText(upload);
}

function credentialOf(upload: Upload): string {
  const { kind } = upload.credential;
  return kind === 'variable' ? credentialText(upload) : kind;
}

/** A deployment to the protected environment waits for the people who approve it. */
function needsApproval({ environment, target }: Upload, goal: Goal): boolean {
  const isRelease = target.kind === 'index' && target.id === 'pypi';
  return (
    isRelease &&
    goal.route.value === 'protected' &&
    goal.approvals.value.length > 0 &&
    environment === goal.releaseEnvironment.value
  );
}

/** The same as GitLab's settings are. */
function needsApprovalNow({ environment = '', target }: Upload, { gitlab }: Facts): boolean {
  const rules = protectedAs(gitlab, environment)?.approvalRules ?? [];
  return target.kind === 'index' && gitlab.project.protectedEnvironmentsLicensed && rules.length > 0;
}

function startWord(start: Start): StartWord {
  const [condition] = openConditions(start);
  if (condition !== undefined) return `if ${condition}`;
  const [kind = 'auto'] = possibleStarts(start);
  return kind === 'never' ? 'auto' : kind;
}

/** The version in words: '1.2.3' on its tag, '0.3.1' where it is written. */
function versionText(version: VersionKind, { occasion, ref }: Upload): string {
  const onTag = occasion === 'version-tag' || occasion === 'pre-release-tag';
  const ofTag = ref.replace(/^(?:(?![vV]?\d).*[-_/@])?[vV]?(?=\d)/, '');
  switch (version.kind) {
    case 'git':
      return onTag ? ofTag : 'a development version';
    case 'tag':
      return onTag ? ofTag : 'the ref';
    case 'written':
      return version.value;
    case 'pipeline':
      return "a development version with the pipeline's number";
    case 'unknown':
      return 'unknown';
  }
}
