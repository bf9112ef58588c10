import { describe, expect, it } from 'vitest';
import { formProblems, type PublisherFields } from '../../src/indexes/publisher-form.ts';
import { formRows, publisherPage } from '../../src/indexes/publisher-page.ts';
import { isValidName, normalizeName } from '../../src/kernel/package-name.ts';

const good: PublisherFields = {
  projectName: 'demo-pkg',
  namespace: 'Group/sub',
  project: 'Demo.Pkg',
  workflowFilepath: 'ci/publish.yml',
  environment: 'release/${CI_X} 1',
};

describe("PyPI's form", () => {
  it('is satisfied with good values', () => {
    expect(formProblems(good)).toEqual([]);
  });

  it.each<[keyof PublisherFields, string]>([
    ['projectName', '-x'],
    ['namespace', 'g'],
    ['namespace', 'my--group'],
    ['namespace', 'group.git'],
    ['namespace', 'grp.Atom'],
    ['namespace', ' group'],
    ['project', 'x.GIT'],
    ['project', 'p'],
    ['project', 'my..proj'],
    ['project', 'x.atom'],
    ['project', 'größe'],
    ['workflowFilepath', 'ci/publish.json'],
    ['workflowFilepath', '/ci/publish.yml'],
    ['environment', 'pypi.org'],
    ['environment', 'prüfung'],
    ['environment', 'a:b'],
    ['environment', ''],
    ['environment', ' '],
  ])('rejects the %s %j, with a full sentence', (field, value) => {
    const problems = formProblems({ ...good, [field]: value });
    expect(problems.map((it) => it.field)).toEqual([field]);
    expect(problems[0]?.problem).toMatch(/^PyPI.*\.$/);
  });

  it('is said to take an empty environment for any, which is why the tool does not', () => {
    expect(formProblems({ ...good, environment: '' })[0]?.problem).toMatch(/for any environment, so any job/);
  });

  it.each([
    ['Demo_Pkg', 'demo-pkg'],
    ['a.-_b', 'a-b'],
  ])('treats %s as %s', (name, normalized) => {
    expect(isValidName(name)).toBe(true);
    expect(normalizeName(name)).toBe(normalized);
  });
});

describe('the page to open', () => {
  it('has the fields in its URL for an existing project', () => {
    const page = publisherPage(
      { id: 'pypi', url: 'https://pypi.org' },
      { ...good, environment: 'release' },
      true,
    );
    expect(page.url).toBe(
      'https://pypi.org/manage/project/demo-pkg/settings/publishing/?provider=gitlab&namespace=Group%2Fsub&project=Demo.Pkg&workflow_filepath=ci%2Fpublish.yml&environment=release',
    );
    expect(page.steps.join(' ')).toMatch(/Owner.*two-factor/);
  });

  it('cannot have them for a new project, and says what to do', () => {
    const page = publisherPage({ id: 'testpypi', url: 'https://test.pypi.org' }, good, false);
    expect(page).toMatchObject({ prefilled: false, url: 'https://test.pypi.org/manage/account/publishing/' });
    expect(page.steps.join(' ')).toMatch(
      /TestPyPI has accounts of its own.*GitLab tab.*30 days.*does not reserve/,
    );
    expect(formRows(good, false).map(({ value }) => value)).toEqual([
      'demo-pkg',
      'Group/sub',
      'Demo.Pkg',
      'ci/publish.yml',
      'release/${CI_X} 1',
    ]);
  });
});
