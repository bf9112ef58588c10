import { describe, expect, it } from 'vitest';
import { formProblems, type PublisherFields } from '../../src/indexes/publisher-form.ts';
import { allSteps, formRows, publisherPage } from '../../src/indexes/publisher-page.ts';
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

  it('treats an empty environment as any, which is why the tool rejects it', () => {
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
  const fields = { ...good, environment: 'release' };
  const pypi = { id: 'pypi', url: 'https://pypi.org', official: true } as const;
  const testpypi = { id: 'testpypi', url: 'https://test.pypi.org', official: true } as const;
  const house = { id: 'pypi', url: 'https://warehouse.example', official: false } as const;
  const projectPage =
    'https://pypi.org/manage/project/demo-pkg/settings/publishing/?provider=gitlab&namespace=Group%2Fsub&project=Demo.Pkg&workflow_filepath=ci%2Fpublish.yml&environment=release';

  it('has the fields in its URL for an existing project', () => {
    const page = publisherPage(pypi, fields, { exists: true });
    expect(page).toMatchObject({ prefilled: true, url: projectPage });
    expect(allSteps(page).join(' ')).toMatch(/Owner.*filled in.*click "Add"/);
  });

  it('cannot have them for a new project, and says what to do', () => {
    const page = publisherPage(testpypi, good, { exists: false });
    expect(page).toMatchObject({ prefilled: false, url: 'https://test.pypi.org/manage/account/publishing/' });
    expect(allSteps(page).join(' ')).toMatch(
      /TestPyPI has its own accounts.*too similar.*GitLab tab.*30 days.*does not reserve/,
    );
    expect(formRows(good, false).map(({ value }) => value)).toEqual([
      'demo-pkg',
      'Group/sub',
      'Demo.Pkg',
      'ci/publish.yml',
      'release/${CI_X} 1',
    ]);
  });

  it.each([true, false])(
    'says to sign in first, and to open it again if it is lost (exists: %j)',
    (exists) => {
      expect(allSteps(publisherPage(pypi, fields, { exists })).join(' ')).toMatch(
        /sign in at https:\/\/pypi\.org\/account\/login\/\. .*verified e-mail address and two-factor.*new device by e-mail.*open the address again\./,
      );
    },
  );

  it.each([true, false])('warns of publishers that defeat the right one (exists: %j)', (exists) => {
    const page = publisherPage(pypi, fields, { exists });
    expect(allSteps(page).join(' ')).toMatch(
      /Remove any for Group\/sub\/Demo\.Pkg without an environment: .*so "release" protects nothing\..*different spelling or letter case/,
    );
    expect(page.reminder).toMatch(/without an environment or in a different spelling/);
  });

  it('has the issuer in its URL for a self-managed GitLab, and says who can register it', () => {
    const page = publisherPage(pypi, fields, { exists: true, issuer: 'https://git.example/gitlab' });
    expect(page.url).toBe(`${projectPage}&issuer_url=https%3A%2F%2Fgit.example%2Fgitlab`);
    expect(allSteps(page).join(' ')).toMatch(
      /issuer must be https:\/\/git\.example\/gitlab\. PyPI .*its staff/,
    );
  });

  it.each([
    ["an official index is the organization's", pypi, 'https://pypi.org/manage/organizations/'],
    ["another index is the account's", house, 'https://warehouse.example/manage/account/publishing/'],
  ])('for a new project of a self-managed GitLab on %s', (_, index, url) => {
    expect(publisherPage(index, fields, { exists: false, issuer: 'https://git.example' }).url).toBe(url);
  });
});
