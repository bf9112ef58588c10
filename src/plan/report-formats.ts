import { createHash } from 'node:crypto';
import type { ReportKind } from '../cli/options.ts';
import type { Report } from './report.ts';

/** A report as a file of that kind. */
export function formatReport(kind: ReportKind, report: Report): string {
  return kind === 'junit' ? junit(report) : codeQuality(report);
}

type Reported = Report['settings'][number];

const isWrong = ({ state }: Reported) => ['missing', 'different', 'unavailable'].includes(state);

/**
 * One test case for each setting: https://docs.gitlab.com/ci/testing/unit_test_reports/. What a person has to look at is
 * skipped, what could not be read is an error.
 */
function junit({ settings, project, package: { name } }: Report): string {
  const count = (test: (setting: Reported) => boolean) => settings.filter(test).length;
  const totals = {
    name: `gitlab-to-pypi: ${name}`,
    tests: settings.length,
    failures: count(isWrong),
    errors: count(({ state }) => state === 'unknown'),
    skipped: count(({ state }) => state === 'manual'),
  };
  const cases = settings.map(
    (setting) =>
      `    <testcase${attributes({ classname: `gitlab-to-pypi.${project.path}`, name: `${setting.title} (${setting.id})`, time: '0' })}>${outcomeOf(setting)}</testcase>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites${attributes({ ...totals })}>
  <testsuite${attributes({ ...totals })}>
${cases.join('\n')}
  </testsuite>
</testsuites>
`;
}

function outcomeOf(setting: Reported): string {
  const { state, message } = setting;
  if (state === 'ok') return '';
  const element = state === 'manual' ? 'skipped' : state === 'unknown' ? 'error' : 'failure';
  return `<${element}${attributes({ message })}>${escapeXml(detailsOf(setting))}</${element}>`;
}

function detailsOf({ state, message, differences, manual }: Reported): string {
  const fields = differences.map(({ field, current, wanted }) => `${field}: ${current}, wanted ${wanted}`);
  return [`${state}: ${message}`, ...fields, manual].filter((line) => line !== '').join('\n');
}

const attributes = (values: Record<string, string | number>) =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value)).replace(/[\n\t]/g, ' ')}"`)
    .join('');

/** XML 1.0 has no way to write most control characters: https://www.w3.org/TR/xml/#charsets */
function escapeXml(text: string): string {
  return text
    .replace(/(?![\n\t])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format */
function codeQuality({ settings, project, package: { directory }, files }: Report): string {
  const python = directory === '.' ? 'pyproject.toml' : `${directory}/pyproject.toml`;
  const pathOf = ({ id }: Reported) =>
    id === 'pyproject'
      ? (files.find(({ path }) => path !== project.pipelineFile)?.path ?? python)
      : project.pipelineFile;
  const issues = settings
    .filter((it) => isWrong(it) || it.state === 'unknown')
    .map((setting) => ({
      description: `${setting.title}: ${setting.message}`,
      check_name: setting.id,
      // The same as long as the same is wrong, so that GitLab shows only what is new.
      fingerprint: createHash('sha256')
        .update(JSON.stringify([setting.id, setting.state, setting.differences]))
        .digest('hex'),
      severity: setting.state === 'unknown' ? 'info' : 'major',
      location: { path: pathOf(setting), lines: { begin: 1 } },
    }));
  return `${JSON.stringify(issues, null, 2)}\n`;
}
