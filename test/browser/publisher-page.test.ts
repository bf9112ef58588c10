import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { type BrowserPage, findChromium, openBrowser } from '../support/chromium.ts';
import { reportOf, runIn } from '../support/program.ts';

const chromium = findChromium();
let here: World;
let page: BrowserPage;

/** What a person sees of the form: each field's label and value. */
interface FormPage {
  tab: string;
  rows: [label: string, name: string, value: string][];
  button: string | undefined;
}

const shown = () =>
  page.read<FormPage>(`({
    tab: document.querySelector('nav .open').innerText,
    rows: [...document.querySelectorAll('form input:not([type=submit])')]
      .filter((input) => input.checkVisibility())
      .map((input) => [input.labels[0].innerText, input.name, input.value]),
    button: document.querySelector('form [type=submit]')?.value,
  })`);
const text = () => page.read<string>('document.body.innerText');

/** The pages as the built program names them, in its report and its output. */
async function pagesOf(world: World) {
  const { report } = await reportOf(world, ['check']);
  const { stdout } = await runIn(world, ['setup', '--yes', '--no-open']);
  for (const { url } of report.publisherPages) expect(stdout.split(/\n */)).toContain(url);
  return Object.fromEntries(report.publisherPages.map((it) => [it.index, it]));
}

beforeEach(async () => {
  if (chromium === undefined) return;
  here = await startWorld();
  page = await openBrowser(chromium);
});

afterEach(async () => {
  if (chromium === undefined) return;
  await page.close();
  await here.close();
});

describe.skipIf(chromium === undefined)('the page that the tool links to, in a browser', () => {
  it('is filled in for an existing project: check, and click Add', async () => {
    const { pypi } = await pagesOf(here);
    await page.open(pypi!.url);
    expect(await shown()).toEqual({
      tab: 'GitLab',
      rows: [
        ['Namespace (required)', 'namespace', 'demo-group'],
        ['Project name (required)', 'project', 'demo-pkg'],
        ['Top-level pipeline file path (required)', 'workflow_filepath', '.gitlab-ci.yml'],
        ['Environment name (optional)', 'environment', 'release'],
      ],
      button: 'Add',
    });
    expect(await text()).toMatch(/Simulated PyPI: nothing here reaches[\s\S]*Proceed with caution!/);
    await page.follow('form [type=submit]');
    expect(await text()).toMatch(/The publisher was added\./);
    const { namespace, project, workflow_filepath, environment } = pypi!.fields;
    expect(here.pypi.state.projects[0]?.publishers).toEqual([
      { namespace, project, workflowFilepath: workflow_filepath, environment },
    ]);
  });

  it('is empty for a new project, and accepts the values that the tool shows', async () => {
    const { testpypi } = await pagesOf(here);
    await page.open(testpypi!.url);
    expect(await shown()).toEqual({ tab: 'GitHub', rows: [], button: undefined });
    await page.follow('nav a:nth-child(2)');
    const { tab, rows } = await shown();
    expect([tab, rows.map(([, name, value]) => [name, value])]).toEqual([
      'GitLab',
      ['project_name', 'namespace', 'project', 'workflow_filepath', 'environment'].map((name) => [name, '']),
    ]);
    for (const [name, value] of Object.entries(testpypi!.fields)) await page.type(`[name=${name}]`, value);
    await page.follow('form [type=submit]');
    expect(await text()).toMatch(/demo-group\/demo-pkg[\s\S]*The pending publisher was added/);
    expect(here.testpypi.state.pendingPublishers).toMatchObject([
      { projectName: 'demo-pkg', namespace: 'demo-group', environment: 'release-test' },
    ]);
  });

  it('does not submit a form with a missing value, like the real one', async () => {
    await page.open(`${here.testpypi.url}/manage/account/publishing/?tab=GitLab`);
    await page.click('form [type=submit]');
    expect(await page.read<string>('document.activeElement.name')).toBe('project_name');
    expect(here.testpypi.writes()).toEqual([]);
  });
});
