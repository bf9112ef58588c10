import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, expect, it } from 'vitest';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { temporaryFolder } from '../support/folders.ts';
import { runIn } from '../support/program.ts';
import { findTool, run } from '../support/tools.ts';

let here: World;
afterEach(() => here.close());

/** GitLab's own format, trimmed: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format */
const isCodeQuality = new Ajv().compile({
  type: 'array',
  items: {
    type: 'object',
    required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
    properties: {
      description: { type: 'string', minLength: 1 },
      check_name: { type: 'string', minLength: 1 },
      fingerprint: { type: 'string', pattern: '^[0-9a-f]{64}$' },
      severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
      location: {
        type: 'object',
        required: ['path', 'lines'],
        properties: {
          path: { type: 'string', pattern: '^[^./][^]*|^\\.[^/]' },
          lines: { type: 'object', required: ['begin'], properties: { begin: { type: 'integer' } } },
        },
      },
    },
  },
});

const python = findTool('python3', 'PYTHON3');

it('shows in the merge request what check found', async () => {
  here = await startWorld();
  const folder = await temporaryFolder();
  const [xml, json] = [join(folder, 'check.xml'), join(folder, 'gl-code-quality.json')];
  const project = here.gitlab.state.projects[0]!;
  project.protected_tags = [{ name: 'v<&">\u0007*', create_access_levels: [] }];
  const ended = await runIn(here, ['check', '--report', `junit=${xml}`, '--report', `codequality=${json}`]);
  expect(ended.exitCode).toBe(1);
  const text = readFileSync(xml, 'utf8');
  expect(text).toContain('<failure message=');
  expect(text).toMatch(
    /<testcase classname="gitlab-to-pypi.demo-group\/demo-pkg" name=".*\(environment:release\)"/,
  );
  const issues = JSON.parse(readFileSync(json, 'utf8'));
  expect(isCodeQuality(issues)).toBe(true);
  expect(issues.map((it: { check_name: string }) => it.check_name)).toContain('environment:release');
  expect(text + JSON.stringify(issues)).not.toContain('glpat-');
  expect(readdirSync(folder)).toHaveLength(2);
  if (python === undefined) return;
  const count =
    'import sys, xml.etree.ElementTree as e; print(len(e.parse(sys.argv[1]).findall(".//testcase/failure")))';
  const { stdout } = await run(python, ['-c', count, xml]);
  expect(Number(stdout)).toBe(issues.filter((it: { severity: string }) => it.severity === 'major').length);
});

it('is written where nothing is wrong too, and says so', async () => {
  here = await startWorld();
  const folder = await temporaryFolder();
  await runIn(here, ['setup', '--yes', '--route', 'trusted']);
  const json = join(folder, 'new', 'gl-code-quality.json');
  expect((await runIn(here, ['check', '--report', `codequality=${json}`])).exitCode).toBe(0);
  expect(JSON.parse(readFileSync(json, 'utf8'))).toEqual([]);
});

it('is refused in a sentence where it cannot be', async () => {
  here = await startWorld();
  const folder = await temporaryFolder();
  mkdirSync(join(folder, 'taken'));
  const bad = await runIn(here, ['check', '--report', 'html=x']);
  expect([bad.exitCode, bad.stderr]).toEqual([
    2,
    expect.stringMatching(/--report takes junit=FILE or codequality=FILE/),
  ]);
  const taken = await runIn(here, ['check', '--report', `junit=${join(folder, 'taken')}`]);
  expect([taken.exitCode, taken.stderr]).toEqual([2, expect.stringMatching(/could not be written/)]);
  expect(existsSync(join(folder, 'taken'))).toBe(true);
});
