import { describe, expect, it } from 'vitest';
import { nextState, pipelineToWatch, type Reading } from '../../src/plan/pipeline-run.ts';
import { pauseBefore } from '../../src/plan/polling.ts';
import { publishedVersion } from '../../src/plan/published-version.ts';
import type { Job, Pipeline } from '../../src/ports/gitlab.ts';

const pipelineOf = (change: Partial<Pipeline> = {}): Pipeline => ({
  id: 1,
  ref: 'main',
  sha: 'aaa',
  status: 'running',
  source: 'push',
  webUrl: '',
  ...change,
});

const jobOf = (name: string, status: string, allowFailure = false): Job => ({
  id: name.length,
  name,
  status,
  allowFailure,
  failureReason: undefined,
  ref: 'v1',
  tag: true,
  startedAt: undefined,
  finishedAt: undefined,
  pipelineId: 1,
});

const publishers = { pypi: ['release'], testpypi: [] };
const outcomeOf = (status: string, jobs: Job[]) =>
  nextState(
    undefined,
    { pipeline: pipelineOf({ status }), jobs, triggers: [], deployments: [] },
    publishers,
    0,
  ).outcome?.kind;

describe('the pipeline to watch', () => {
  const sought = { head: 'aaa', tags: ['v1'], defaultBranch: 'main', after: 0 };
  const chosen = (pipelines: Pipeline[], change = {}) =>
    pipelineToWatch(pipelines, { ...sought, ...change })?.id;

  it('is that of the tag before that of the branch, and of no schedule or merge request', () => {
    const others = ['schedule', 'merge_request_event'].map((source) => pipelineOf({ id: 9, source }));
    expect(chosen([...others, pipelineOf({ id: 3 }), pipelineOf({ id: 2, ref: 'v1' })])).toBe(2);
    expect(chosen([...others, pipelineOf({ id: 3 })])).toBe(3);
  });

  it('is of another commit only while it runs', () => {
    expect(chosen([pipelineOf({ id: 3, sha: 'bbb' })])).toBe(3);
    expect(chosen([pipelineOf({ id: 3, sha: 'bbb', status: 'success' })])).toBeUndefined();
    expect(chosen([pipelineOf({ id: 3, sha: 'bbb', ref: 'feature' })])).toBeUndefined();
  });

  it('is a new one where the push is still to come', () => {
    expect(chosen([pipelineOf({ id: 3 })], { after: 3 })).toBeUndefined();
    expect(chosen([pipelineOf({ id: 4, sha: 'bbb', status: 'success' })], { after: 3 })).toBe(4);
  });
});

describe('a run', () => {
  it.each<[string, string, Job[], string | undefined]>([
    ['goes on while it waits for a person', 'success', [jobOf('release', 'manual')], undefined],
    [
      'has published before the other jobs end',
      'running',
      [jobOf('release', 'success'), jobOf('docs', 'running')],
      'published',
    ],
    ['has failed with the upload', 'running', [jobOf('release', 'failed')], 'failed'],
    ['has failed once it is over', 'failed', [jobOf('release', 'failed')], 'failed'],
    [
      'has failed with a job before',
      'failed',
      [jobOf('test', 'failed'), jobOf('release', 'skipped')],
      'failed',
    ],
    [
      'goes on where the upload still runs',
      'failed',
      [jobOf('test', 'failed'), jobOf('release', 'running')],
      undefined,
    ],
    ['publishes nothing without such a job', 'success', [jobOf('test', 'success')], 'published nothing'],
    ['is canceled', 'canceled', [jobOf('release', 'canceled')], 'canceled'],
  ])('%s', (_, status, jobs, kind) => {
    expect(outcomeOf(status, jobs)).toBe(kind);
  });

  it('blames no job that may fail', () => {
    const jobs = [jobOf('test', 'failed', true), jobOf('build', 'failed'), jobOf('release', 'skipped')];
    const { outcome } = nextState(
      undefined,
      { pipeline: pipelineOf({ status: 'failed' }), jobs, triggers: [], deployments: [] },
      publishers,
      0,
    );
    expect(outcome).toMatchObject({ stage: 'before', job: { job: { name: 'build' } } });
  });

  it('waits for a runner after three minutes', () => {
    const reading: Reading = {
      pipeline: pipelineOf(),
      jobs: [jobOf('test', 'pending')],
      triggers: [],
      deployments: [],
    };
    const first = nextState(undefined, reading, publishers, 1000);
    const later = nextState(first, reading, publishers, 180_000);
    expect(later.jobs[0]?.awaits).toBeUndefined();
    expect(nextState(later, reading, publishers, 181_000).jobs[0]?.awaits).toBe('runner');
  });
});

describe('the pause before the next look', () => {
  const pace = { elapsed: 0, failures: 0, rateLimit: undefined, now: 0 };
  it('grows with the time and with failures, and lasts until the reset of an exhausted limit', () => {
    expect(pauseBefore(pace)).toBe(5000);
    expect(pauseBefore({ ...pace, elapsed: 61_000 })).toBe(15_000);
    expect(pauseBefore({ ...pace, failures: 2 })).toBe(20_000);
    expect(pauseBefore({ ...pace, rateLimit: { remaining: 1900, limit: 2000, resetsAt: 50_000 } })).toBe(
      5000,
    );
    expect(pauseBefore({ ...pace, rateLimit: { remaining: 99, limit: 2000, resetsAt: 50_000 } })).toBe(
      50_000,
    );
  });
});

describe('the published version', () => {
  it('is that of the tag, however spelt, else the one that is new', () => {
    expect(publishedVersion('v1.0', true, ['0.9', '1.0.0'], ['0.9'])).toEqual({
      kind: 'version',
      version: '1.0.0',
    });
    expect(publishedVersion('v1.0', true, ['0.9'], ['0.9'])).toEqual({ kind: 'not there', version: '1.0' });
    expect(publishedVersion('main', false, ['1.dev1', '1.dev2'], ['1.dev1'])).toEqual({
      kind: 'version',
      version: '1.dev2',
    });
    expect(publishedVersion('main', false, ['1.dev1'], ['1.dev1'])).toEqual({ kind: 'unclear' });
  });
});
