import type { Command } from '../cli/commands.ts';
import type { Facts } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import { version } from '../kernel/version.ts';
import { unifiedDiff } from '../text/diff.ts';
import { type ReportedDelivery, reportDelivery } from './delivery.ts';
import { wordsOf } from './difference.ts';
import { differencesOf, filesOf, stateOf } from './finding.ts';
import { type OccasionRow, occasionRows } from './occasions.ts';
import { isToDo, type PlannedSetting, type SettledSetting } from './plan.ts';
import { pageFor } from './settings/publisher.ts';
import type { Situation } from './settings/setting.ts';

/** The JSON report of a run that got as far as inspecting: `schemaVersion` 1. */
export interface Report {
  schemaVersion: 1;
  command: Command;
  version: string;
  project: { url: string; id: number; path: string; defaultBranch: string | null; pipelineFile: string };
  package: { name: string; directory: string; buildBackend: string };
  /** `declared`: the route stands in the project's own table, since this run or before. */
  route: { chosen: string; recommended: string; because: string[]; declared: boolean };
  settings: ReportedSetting[];
  /** What is uploaded on each occasion, before the edit of the pipeline and after it. */
  occasions: OccasionRow[];
  files: { path: string; state: string; diff: string }[];
  /** How the edits reach the project. */
  delivery: ReportedDelivery;
  publisherPages: { index: string; url: string; prefilled: boolean; fields: Record<string, string> }[];
  summary: Summary;
  /** With --wait: the pipeline, its jobs, and what came of it. */
  wait?: WaitReport;
  exitCode: number;
}

interface ReportedSetting {
  id: string;
  title: string;
  state: string;
  outcome?: string;
  message: string;
  differences: { field: string; current: string; wanted: string }[];
  manual: string;
}

/** What was waited for. */
export interface WaitReport {
  outcome: string;
  message: string;
  /** What to do next; empty if nothing is. */
  manual: string;
  pipeline: { id: number; ref: string; sha: string; status: string; url: string } | null;
  /** `within` names the jobs that started the child pipeline of a job, outermost first; empty for the pipeline's own. */
  jobs: { name: string; within: string[]; status: string; awaits: string | null; url: string }[];
  published: { index: string; version: string | null; url: string; finishedAt: string | null }[];
}

/** Number of settings per outcome; a fixed setting counts as applied, no longer as to do. */
export interface Summary {
  ok: number;
  toDo: number;
  applied: number;
  failed: number;
  unknown: number;
  manual: number;
}

/** The settings of a run, planned or (after applying) settled. */
export type Reported = (PlannedSetting & Partial<SettledSetting>)[];

/** 0 if everything holds or was done; 1 if something is to do, unknown or failed. */
export function exitCodeOf(settings: Reported): 0 | 1 {
  const { toDo, failed, unknown } = summarize(settings);
  return toDo + failed + unknown > 0 ? 1 : 0;
}

/** Counts a run's settings. */
export function summarize(settings: Reported): Summary {
  const count = (test: (setting: Reported[number]) => boolean) => settings.filter(test).length;
  return {
    ok: count(({ finding }) => finding.kind === 'ok'),
    toDo: count((it) => isToDo(it) && it.outcome !== 'applied' && it.outcome !== 'failed'),
    applied: count(({ outcome }) => outcome === 'applied'),
    failed: count(({ outcome }) => outcome === 'failed'),
    unknown: count(({ finding }) => finding.kind === 'unknown'),
    manual: count(({ finding }) => finding.kind === 'manual'),
  };
}

/** Builds a run's JSON report. */
export async function buildReport(
  command: Command,
  { facts, goal, verdicts }: Situation,
  settings: Reported,
  exitCode: number,
): Promise<Report> {
  const { project, url } = facts.gitlab;
  const { python, checkout, pipeline } = facts;
  return {
    schemaVersion: 1,
    command,
    version,
    project: {
      url: project.webUrl || `${url.value}/${project.path}`,
      id: project.id,
      path: project.path,
      defaultBranch: project.defaultBranch,
      pipelineFile: pipeline.path.value,
    },
    package: {
      name: goal.packageName,
      directory: checkout.directory,
      buildBackend: python.buildBackend.value,
    },
    route: {
      chosen: goal.route.value,
      recommended: goal.advice.route,
      because: goal.advice.because,
      declared: python.declaration.choices.route !== undefined || settings.some(declaresNow),
    },
    settings: settings.map(reportSetting),
    occasions: occasionRows({ facts, goal, verdicts }),
    files: await reportFiles(settings),
    delivery: reportDelivery(goal, { facts, verdicts }),
    publisherPages:
      goal.route.value === 'token' ? [] : goal.indexes.flatMap((index) => reportPage(facts, index)),
    summary: summarize(settings),
    exitCode,
  };
}

const declaresNow = ({ setting, outcome }: Reported[number]) =>
  setting.kind === 'pyproject' && outcome === 'applied';

function reportSetting({ setting, finding, outcome, message }: Reported[number]): ReportedSetting {
  return {
    id: setting.id,
    title: setting.title,
    state: stateOf(finding),
    ...(outcome === undefined ? {} : { outcome }),
    message: message ?? [finding.message, ...finding.notes].join(' '),
    differences: differencesOf(finding).map(wordsOf),
    manual: finding.manual,
  };
}

async function reportFiles(settings: Reported): Promise<Report['files']> {
  const edits = settings.flatMap(({ finding }) => filesOf(finding));
  return Promise.all(
    edits.map(async (edit) => ({
      path: edit.path,
      state: edit.before === undefined ? 'missing' : 'different',
      diff: await unifiedDiff(edit),
    })),
  );
}

function reportPage(facts: Facts, index: Goal['indexes'][number]): Report['publisherPages'] {
  const page = pageFor(facts, index);
  if (page === undefined) return [];
  const { namespace, project, workflowFilepath, environment, projectName } = page.fields;
  const fields = {
    namespace,
    project,
    workflow_filepath: workflowFilepath,
    environment,
    project_name: projectName,
  };
  return [{ index: index.id, url: page.url, prefilled: page.prefilled, fields }];
}
