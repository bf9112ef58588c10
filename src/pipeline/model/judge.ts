import { isDeepStrictEqual } from 'node:util';
import type { IndexId } from '../../kernel/route.ts';
import { signs } from '../recognise/commands.ts';
import { buildsDistributions, carriersIn, isBuilder } from './builds.ts';
import type { Command } from './commands.ts';
import { isSamePipeline, jobNeeded } from './jobs.ts';
import { type Happening, isBuilt, isWithin, jobsLost, overlap, plain, sameTarget } from './lost-files.ts';
import type { PipelineModel } from './model.ts';
import { shellHolds, shellVariables } from './shell-conditions.ts';
import { mayRun } from './starts.ts';
import type { ModelJob, Occasion, OccasionId, Start } from './types.ts';
import { uploadTool } from './upload-tools.ts';
import { type Upload, whatHappensWhen } from './uploads.ts';
import type { VersionKind } from './version.ts';

/** An index on an occasion. */
export interface PublishingOccasion {
  index: IndexId;
  occasion: OccasionId;
}

/** What the user agreed to. */
export interface Agreed {
  /** New uploads. */
  adds: readonly PublishingOccasion[];
  /** Uploads that stop or move to other occasions. */
  ends: readonly PublishingOccasion[];
  /** Variables of the API token route; undefined if the jobs use ID tokens. */
  tokens?: Record<IndexId, string>;
  /** Where versions come from, before and after the edit. */
  versions: { before: VersionKind; after: VersionKind };
}

/** A difference between what a pipeline did and what it would do. */
export type Difference =
  | { kind: 'upload-added' | 'upload-lost'; upload: Upload }
  | { kind: 'start-changed' | 'files-changed' | 'version-changed'; before: Upload; after: Upload }
  /** The same files reach an index twice on one occasion. */
  | { kind: 'two-publishers'; index: IndexId; occasion: OccasionId; jobs: string[]; uploads: Upload[] }
  /** Beside an upload that comes new to it, another job uploads to an index that only shows when it runs. */
  | { kind: 'undecided-target'; upload: Upload; beside: Upload }
  /** It would no longer wait for these jobs, by which it was started or held back. */
  | { kind: 'started-early'; upload: Upload; jobs: string[] }
  /** It uploads with a credential other than its route's. */
  | { kind: 'other-credential'; upload: Upload }
  /** Nothing builds what it uploads on that occasion. */
  | { kind: 'nothing-built'; upload: Upload }
  /** Files that these jobs build or convert no longer reach it. */
  | { kind: 'files-lost'; upload: Upload; jobs: string[] }
  /** GitLab creates no pipeline, since a job needs one that is not in it. */
  | { kind: 'needed-job-absent'; job: string; needs: string; occasion: OccasionId }
  | { kind: 'job-lost'; job: string }
  | { kind: 'job-start-changed'; job: string; occasion: OccasionId; before: Start; after: Start }
  /** A job no longer gets these artifacts. */
  | { kind: 'artifacts-lost'; job: string; paths: string[]; occasion: OccasionId }
  /** Tags are no longer created. */
  | { kind: 'tagging-lost'; job: string; commands: string[] }
  | { kind: 'commands-lost'; job: string; commands: string[] }
  /** A command that depends on the occasion, or makes tags or commits, would run on another one. */
  | { kind: 'command-moved'; job: string; command: string; occasion: OccasionId };

export interface Judgement {
  /** The edit must not be made. */
  wrong: Difference[];
  /** The user must be told. */
  told: Difference[];
}

/**
 * Whether an edit is right: each version reaches each index once, on the occasions that existed or were agreed to, from
 * one job, with only the route's credential; and nothing else stops or changes. Both models must use the same
 * occasions.
 */
export function judge(before: PipelineModel, after: PipelineModel, agreed: Agreed): Judgement {
  const earlier = whatHappensWhen(before, agreed.versions.before);
  const later = whatHappensWhen(after, agreed.versions.after);
  const parts = [
    changedUploads(earlier, later, agreed),
    { wrong: [...duplicates(later), ...otherCredentials(later, agreed)], told: [] },
    { wrong: undecidedTargets(earlier, later), told: [] },
    { wrong: startedEarly(earlier, later, after), told: [] },
    { wrong: notBuilt(earlier, later, before, after), told: [] },
    { wrong: lostFiles({ uploads: earlier, model: before }, { uploads: later, model: after }), told: [] },
    { wrong: absentNeeds(before, after), told: [] },
    changedJobs(before, after),
    lostCommands(before, after),
    { wrong: movedCommands(before, after), told: [] },
  ];
  return { wrong: parts.flatMap(({ wrong }) => wrong), told: parts.flatMap(({ told }) => told) };
}

function isAgreed({ target, occasion }: Upload, places: readonly PublishingOccasion[]): boolean {
  return target.kind === 'index' && places.some((it) => it.index === target.id && it.occasion === occasion);
}

function changedUploads(earlier: Upload[], later: Upload[], { adds, ends }: Agreed): Judgement {
  const wrong: Difference[] = [];
  const told: Difference[] = [];
  for (const upload of earlier.filter((it) => !later.some((other) => sameTarget(it, other))))
    (isAgreed(upload, ends) ? told : wrong).push({ kind: 'upload-lost', upload });
  for (const upload of later.filter((it) => !earlier.some((other) => sameTarget(it, other))))
    (isAgreed(upload, adds) ? told : wrong).push({ kind: 'upload-added', upload });
  for (const next of later) {
    const last = lastOf(next, earlier);
    if (last === undefined) continue;
    if (!isDeepStrictEqual(last.start, next.start))
      told.push({ kind: 'start-changed', before: last, after: next });
    if (!isDeepStrictEqual(last.files, next.files))
      told.push({ kind: 'files-changed', before: last, after: next });
    if (isDeepStrictEqual(last.versions, next.versions)) continue;
    const change = { kind: 'version-changed', before: last, after: next } as const;
    (isNumbered(next) && !isNumbered(last) ? wrong : told).push(change);
  }
  return { wrong, told };
}

/** Whether a release would get a development version with the pipeline's number. */
const isNumbered = ({ occasion, versions }: Upload) =>
  occasion === 'version-tag' && versions.some(({ kind }) => kind === 'pipeline');

function duplicates(later: Upload[]): Difference[] {
  const told = new Set<Upload>();
  return later.flatMap((one, at): Difference[] => {
    const { target, occasion } = one;
    if (target.kind !== 'index' || told.has(one)) return [];
    const others = later.slice(at + 1).filter((it) => sameTarget(one, it) && overlap(one.files, it.files));
    for (const it of others) told.add(it);
    const jobs = [one.job, ...others.map(({ job }) => job)];
    return others.length === 0
      ? []
      : [{ kind: 'two-publishers', index: target.id, occasion, jobs, uploads: [one, ...others] }];
  });
}

/** An upload waits for every job that it waited for, as far as that is in the pipeline. */
function startedEarly(earlier: Upload[], later: Upload[], { jobs }: PipelineModel): Difference[] {
  return later.flatMap((upload): Difference[] => {
    const { occasion, behind } = upload;
    const lost = (lastOf(upload, earlier)?.behind ?? []).filter(
      (name) => !behind.includes(name) && isThere(jobNeeded(name, jobs), occasion) && name !== upload.job,
    );
    return lost.length === 0 ? [] : [{ kind: 'started-early', upload, jobs: lost }];
  });
}

/** What an upload was before: by the same job, if that made it. */
function lastOf(upload: Upload, earlier: Upload[]): Upload | undefined {
  const same = earlier.filter((it) => sameTarget(it, upload));
  return same.find(({ job }) => job === upload.job) ?? same[0];
}

function undecidedTargets(earlier: Upload[], later: Upload[]): Difference[] {
  const added = later.filter(
    (it) => it.target.kind === 'index' && !earlier.some((other) => sameTarget(it, other)),
  );
  return later
    .filter(
      ({ target, credential }) =>
        target.kind === 'unknown' &&
        (/[$`]/.test(target.because) ||
          // A name that no file explains, with what gives access to PyPI.
          (credential.kind === 'variable' && credential.keys.some((key) => /^(?:TEST_?)?PYPI/.test(key)))),
    )
    .flatMap((upload): Difference[] => {
      const beside = added.find((it) => it.occasion === upload.occasion && it.job !== upload.job);
      return beside === undefined ? [] : [{ kind: 'undecided-target', upload, beside }];
    });
}

function otherCredentials(later: Upload[], { tokens }: Agreed): Difference[] {
  return later
    .filter(({ target, credential }) => {
      if (target.kind !== 'index') return false;
      if (tokens === undefined) return credential.kind !== 'id-token';
      return credential.kind !== 'variable' || credential.keys.some((key) => key !== tokens[target.id]);
    })
    .map((upload) => ({ kind: 'other-credential', upload }));
}

function notBuilt(
  earlier: Upload[],
  later: Upload[],
  before: PipelineModel,
  after: PipelineModel,
): Difference[] {
  return later
    .filter((upload) => {
      if (upload.target.kind !== 'index' || isBuilt(upload, after)) return false;
      const job = after.jobs.find(({ name }) => name === upload.job);
      const sources = [upload.job, ...(job?.takesFrom ?? [])];
      if (after.holes.some((hole) => sources.includes(hole.job))) return false;
      const last = earlier.filter((it) => sameTarget(it, upload));
      // If it was never built as far as we can see, that is no worse than before.
      return last.length === 0 || last.some((it) => isBuilt(it, before));
    })
    .map((upload) => ({ kind: 'nothing-built', upload }));
}

function lostFiles(before: Happening, after: Happening): Difference[] {
  return after.uploads.flatMap((upload): Difference[] => {
    const jobs = jobsLost(upload, before, after);
    return jobs.length === 0 ? [] : [{ kind: 'files-lost', upload, jobs }];
  });
}

function absentNeeds(before: PipelineModel, after: PipelineModel): Difference[] {
  const absent = ({ jobs, occasions }: PipelineModel) =>
    occasions.flatMap(({ id: occasion }) =>
      jobs
        .filter((job) => mayRun(job.starts[occasion]))
        .flatMap(({ name, needs }) =>
          (needs ?? [])
            .filter((need) => !need.optional && !isThere(jobNeeded(need.job, jobs), occasion))
            .map((need) => ({ kind: 'needed-job-absent' as const, job: name, needs: need.job, occasion })),
        ),
    );
  const known = absent(before);
  return absent(after).filter((it) => !known.some((other) => isDeepStrictEqual(it, other)));
}

const isThere = (job: ModelJob | undefined, occasion: OccasionId) =>
  job !== undefined && mayRun(job.starts[occasion]);

function changedJobs(before: PipelineModel, after: PipelineModel): Judgement {
  const wrong: Difference[] = [];
  const told: Difference[] = [];
  // A job that signs comes and goes with the uploads that take its attestations.
  const signers = before.jobs.filter(({ commands }) => commands.some(({ text }) => signs(text)));
  const carriers = Object.keys(carriersIn(before.jobs));
  const publishers = [
    ...[...before.publications, ...after.publications].map(({ job }) => job),
    ...signers.filter((job) => !isBuilder(job)).map(({ name }) => name),
  ];
  for (const job of before.jobs) {
    const next = after.jobs.find(
      ({ name, origin }) => name === job.name && isSamePipeline(origin, job.origin),
    );
    if (next === undefined) {
      (publishers.includes(job.name) ? told : wrong).push({ kind: 'job-lost', job: job.name });
      continue;
    }
    for (const { id: occasion } of before.occasions) {
      const [earlier, later] = [job.starts[occasion], next.starts[occasion]];
      const paths = lostArtifacts(job, next, before, after, occasion);
      if (paths.length > 0 && !publishers.includes(job.name))
        wrong.push({ kind: 'artifacts-lost', job: job.name, paths, occasion });
      // A publisher's uploads are compared individually.
      if (publishers.includes(job.name) || isDeepStrictEqual(earlier, later)) continue;
      const more = (isBuilder(job) || carriers.includes(job.name)) && isOpened(earlier, later);
      const change = {
        kind: 'job-start-changed' as const,
        job: job.name,
        occasion,
        before: earlier,
        after: later,
      };
      (more ? told : wrong).push(change);
    }
  }
  return { wrong, told };
}

/** Whether a job that might not have run is sure to run. */
const isOpened = (earlier: Start, later: Start) =>
  !mayRun(earlier) || (earlier.kind === 'undecided' && later.kind === 'auto');

/** Artifacts that a job had on an occasion and would lose. */
function lostArtifacts(
  job: ModelJob,
  next: ModelJob,
  before: PipelineModel,
  after: PipelineModel,
  occasion: OccasionId,
): string[] {
  if (!mayRun(next.starts[occasion])) return [];
  const got = (it: ModelJob, { jobs }: PipelineModel): string[] =>
    it.takesFrom.flatMap((name) => {
      const source = jobs.find((other) => other.name === name);
      if (source === undefined || !mayRun(source.starts[occasion])) return [];
      const leaves = source.leaves.map(plain);
      // Without a checkout, a job that builds nothing hands on what it got.
      if (source.variables.GIT_STRATEGY !== 'empty' || isBuilder(source)) return leaves;
      const from = jobs
        .filter((other) => source.takesFrom.includes(other.name))
        .flatMap((other) => other.leaves);
      return leaves.filter((path) =>
        from.some((leaf) => isWithin(path, plain(leaf)) || isWithin(plain(leaf), path)),
      );
    });
  const now = got(next, after);
  return [...new Set(got(job, before))].filter((path) => !now.some((it) => isWithin(path, it)));
}

const tags = ({ tool, verb, args }: Command) =>
  (tool === 'git' &&
    (verb === 'tag' || (verb === 'push' && args.some((arg) => /tags|refs\/tags|^v\$/.test(arg))))) ||
  /^(?:semantic-release|cz|commitizen|bump-my-version|bump2version|bumpversion|fullrelease)$/.test(
    tool ?? '',
  );

/** Commands that an edit may replace: uploads, builds, tools, credentials, and those without side effects. */
const exchangeable =
  /^(?:pip|pipx|apt|apt-get|apk|echo|printf|cd|ls|mkdir|rm|test|\[|\[\[|exit|true|:|set|source|\.|export|jq|id|keyring|cat)$/;

function lostCommands(before: PipelineModel, after: PipelineModel): Judgement {
  const left = new Map<string, number>();
  for (const { commands } of after.jobs)
    for (const { text } of commands) left.set(text, (left.get(text) ?? 0) + 1);
  const wrong: Difference[] = [];
  const told: Difference[] = [];
  for (const { name, commands } of before.jobs) {
    const lost = commands.filter(({ text }) => {
      const count = left.get(text) ?? 0;
      if (count > 0) left.set(text, count - 1);
      return count === 0;
    });
    const tagging = lost.filter(tags);
    const others = lost.filter((command) => !tags(command) && !isExchangeable(command));
    if (tagging.length > 0) wrong.push({ kind: 'tagging-lost', job: name, commands: textsIn(tagging) });
    if (others.length > 0) told.push({ kind: 'commands-lost', job: name, commands: textsIn(others) });
  }
  return { wrong, told };
}

/** Commands that may not run on other occasions than before: they make tags or commits, or ask for the tag. */
function movedCommands(before: PipelineModel, after: PipelineModel): Difference[] {
  const bound = (command: Command) =>
    tags(command) ||
    (command.tool === 'git' && /^(?:push|commit)$/.test(command.verb ?? '')) ||
    /\bCI_COMMIT_TAG\b/.test(`${command.text} ${command.condition ?? ''}`);
  const ran = new Map<string, Set<OccasionId>>();
  const all = ({ jobs }: PipelineModel) =>
    jobs.flatMap((job) => job.commands.map((command) => ({ job, command })));
  for (const { job, command } of all(before)) {
    if (!bound(command)) continue;
    const on = ran.get(command.text) ?? new Set();
    for (const occasion of before.occasions) if (mayReach(job, command, occasion)) on.add(occasion.id);
    ran.set(command.text, on);
  }
  return all(after).flatMap(({ job, command }): Difference[] => {
    const on = ran.get(command.text);
    if (on === undefined || !bound(command) || onlyAsks(job, command)) return [];
    const moved = after.occasions.find((it) => mayReach(job, command, it) && !on.has(it.id));
    if (moved === undefined) return [];
    const { tool, text, condition = text } = command;
    const told = tool === 'exit' ? condition : text;
    return [{ kind: 'command-moved', job: job.name, command: told, occasion: moved.id }];
  });
}

/** Whether a command may run on an occasion, as far as its job's rules and the shell conditions around it say. */
function mayReach(job: ModelJob, command: Command, { id, variables }: Occasion): boolean {
  const holds = ({ condition, exported }: Command) =>
    shellHolds(condition, shellVariables(variables, job.variables, exported));
  const earlier = job.commands.slice(0, job.commands.indexOf(command));
  const isOver = earlier.some((it) => it.tool === 'exit' && it.via.length === 0 && holds(it) === true);
  return mayRun(job.starts[id]) && !isOver && holds(command) !== false;
}

/** A test that only decides about other commands: its own exit status is lost, as something follows in the script. */
const onlyAsks = ({ commands }: ModelJob, { tool, text, section, item }: Command) =>
  /^(?:test|\[\[?)$/.test(tool ?? '') &&
  commands.some(({ condition }) => condition?.includes(text)) &&
  commands.some((it) => it.section === section && it.item > item);

function isExchangeable(command: Command): boolean {
  const { tool, text, via } = command;
  if (tool === undefined || exchangeable.test(tool) || via.length > 0) return true;
  if (uploadTool(command) !== undefined || buildsDistributions(command)) return true;
  return (
    /mint-token|_\/oidc/.test(text) || (command.verb === 'config' && /^(?:poetry|pdm|hatch)$/.test(tool))
  );
}

const textsIn = (commands: Command[]) => commands.map(({ text }) => text);
