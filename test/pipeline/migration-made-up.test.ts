import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PublishTool } from '../../src/kernel/route.ts';
import { editPipeline } from '../../src/pipeline/index.ts';
import { lines, resolveJob, visibleJobs } from '../../src/pipeline/recognise/jobs.ts';
import { adverse, runsOn } from '../../src/pipeline/recognise/rules.ts';
import type { YamlTable } from '../../src/text/yaml/document.ts';
import { parseYaml } from '../../src/text/yaml/document.ts';
import { hasSchema, schemaErrors } from '../support/gitlab-schema.ts';
import { runs } from '../text/runs.ts';
import { madeUpPipeline } from './made-up-pipeline.ts';
import { goalWith } from './pipeline-goal.ts';

/** The edited text and its data, or undefined if the file is refused with a reason. */
function migrated(text: string, publishWith: PublishTool) {
  const result = editPipeline(text, goalWith({ publishWith }));
  if (result.kind === 'refused')
    expect(result.reason).toMatch(
      /because .*((other jobs use|others extend) as well|builds a part of what it uploads itself)/,
    );
  const after = result.kind === 'edited' ? result.edits[0]?.after : undefined;
  return after === undefined ? undefined : { after, data: parseYaml(after).data };
}

/** The jobs with this ID token and no other. */
function holders(data: YamlTable, variable: string, audience: string): YamlTable[] {
  const token = JSON.stringify({ [variable]: { aud: audience } });
  return visibleJobs(data)
    .map(({ value }) => value)
    .filter(({ id_tokens }) => JSON.stringify(id_tokens) === token);
}

const property = (check: (text: string, tool: PublishTool) => void) =>
  fc.assert(fc.property(madeUpPipeline, fc.constantFrom<PublishTool[]>('uv', 'twine'), check), {
    ...runs(50),
  });

describe('any pipeline that already publishes', () => {
  it('is migrated idempotently, or refused with a reason', () => {
    property((text, publishWith) => {
      const result = migrated(text, publishWith);
      if (result) expect(editPipeline(result.after, goalWith({ publishWith })).kind).toBe('unchanged');
    });
  });

  it('publishes tags to PyPI and something to TestPyPI from one job each, and for nobody else', () => {
    property((text, publishWith) => {
      const data = migrated(text, publishWith)?.data;
      if (!data) return;
      const release = holders(data, 'PYPI_ID_TOKEN', 'pypi');
      const test = holders(data, 'TESTPYPI_ID_TOKEN', 'testpypi');
      expect([release.length, test.length]).toEqual([1, 1]);
      const [onTag, onPush] = [release[0] ?? {}, test[0] ?? {}];
      expect(runsOn(onTag, 'default-branch', goalWith())).toBe(false);
      expect(runsOn(onTag, 'version-tag', goalWith())).not.toBe(false);
      const own = ['version-tag', 'pre-release-tag', 'default-branch', 'schedule'] as const;
      expect(own.some((occasion) => runsOn(onPush, occasion, goalWith()) !== false)).toBe(true);
      for (const occasion of adverse)
        for (const job of [onTag, onPush]) expect(runsOn(job, occasion, goalWith()), occasion).toBe(false);
    });
  });

  it('ends up with jobs that take what another job has built, and hold no credentials', () => {
    property((text, publishWith) => {
      const data = migrated(text, publishWith)?.data;
      if (!data) return;
      for (const job of [
        ...holders(data, 'PYPI_ID_TOKEN', 'pypi'),
        ...holders(data, 'TESTPYPI_ID_TOKEN', 'testpypi'),
      ]) {
        const built = lines(job.dependencies).map((name) =>
          JSON.stringify(resolveJob(data, name)?.value.artifacts ?? ''),
        );
        expect(built.filter((artifacts) => artifacts.includes('dist'))).toHaveLength(1);
        expect(JSON.stringify(job)).not.toMatch(/PYPI_TOKEN|__token__|\$TOK/);
        expect(JSON.stringify(job.script)).not.toMatch(/poetry version|-m build/);
      }
    });
  });

  it.skipIf(!hasSchema)("passes GitLab's schema if it passed before", () => {
    property((text, publishWith) => {
      const after = migrated(text, publishWith)?.after;
      if (after === undefined) return;
      const before = schemaErrors(text);
      expect([...schemaErrors(after)].filter((error) => !before.has(error))).toEqual([]);
    });
  });

  it('keeps unrelated jobs', () => {
    property((text, publishWith) => {
      const data = migrated(text, publishWith)?.data;
      if (!data) return;
      const before = parseYaml(text).data;
      for (const name of ['test', '.rules', 'other']) expect(data[name]).toEqual(before[name]);
    });
  });
});
