import { describe, expect, it } from 'vitest';
import { readDeclaration } from '../../src/python/declaration.ts';
import { editDeclaration } from '../../src/python/declare.ts';
import type { PythonFiles } from '../../src/python/python-files.ts';

const project = '[project]\nname = "demo"\nversion = "1.0" # by hand\n';
const inToml = (text: string) => readDeclaration({ 'pyproject.toml': project + text });
const inCfg = (text: string) => readDeclaration({ 'setup.cfg': `[metadata]\nname = demo\n\n${text}` });

/** The one file that an edit writes. */
function edited(files: PythonFiles, wanted: Parameters<typeof editDeclaration>[1]) {
  const edit = editDeclaration(files, wanted);
  if (edit.kind !== 'edited') throw new Error(`not edited, but ${edit.kind}`);
  const [file] = edit.edits;
  expect(edit.edits).toHaveLength(1);
  // What was written is what is read, and then there is nothing left to write.
  expect(editDeclaration({ ...files, [file!.path]: file!.after }, wanted).kind).toBe('unchanged');
  return { path: file!.path, text: file!.after, differences: edit.differences };
}

describe('the declared choices', () => {
  const choices = {
    route: 'protected',
    deployer: ['@ana', 'group:acme/release'],
    approvals: 2,
    selfApproval: true,
    testpypi: false,
  };

  it.each([
    [
      'a table with comments',
      '[tool.gitlab-to-pypi] # ours\nroute = "protected"\n# the release team\ndeployer = [\n  "@ana", # lead\n  "group:acme/release",\n]\napprovals = 2\nself-approval = true\ntestpypi = false\n',
    ],
    [
      'an inline table',
      '[tool]\ngitlab-to-pypi = { route = "protected", deployer = ["@ana", "group:acme/release"], approvals = 2, self-approval = true, testpypi = false }\n',
    ],
    [
      'dotted keys',
      '[tool]\ngitlab-to-pypi.route = "protected"\ngitlab-to-pypi.deployer = ["@ana", "group:acme/release"]\ngitlab-to-pypi.approvals = 2\ngitlab-to-pypi.self-approval = true\ngitlab-to-pypi.testpypi = false\n',
    ],
    [
      'quoted names and CRLF',
      '[tool."gitlab-to-pypi"]\r\n"route" = \'protected\'\r\ndeployer = ["@ana", "group:acme/release"]\r\napprovals = 2\r\nself-approval = true\r\ntestpypi = false\r\n',
    ],
  ])('are read from %s', (_, text) => {
    expect(inToml(text)).toEqual({ path: 'pyproject.toml', choices });
  });

  it('are read from setup.cfg where there is no other place', () => {
    const text =
      '[tool:gitlab-to-pypi]\nroute = protected\n# the release team\ndeployer =\n    @ana\n    # and\n    group:acme/release\nApprovals: 2\nself-approval = True\ntestpypi = false\n\n[options]\nroute = token\n';
    expect(inCfg(text)).toEqual({ path: 'setup.cfg', choices });
    expect(inCfg('[tool:gitlab-to-pypi]\r\ndeployer = @ana, group:acme/release\r\n').choices).toEqual({
      deployer: ['@ana', 'group:acme/release'],
    });
  });

  it('are none without a table', () => {
    expect(inToml('')).toEqual({ path: undefined, choices: {} });
    expect(readDeclaration({})).toEqual({ path: undefined, choices: {} });
    expect(inToml('[tool.gitlab-to-pypi]\n')).toEqual({ path: 'pyproject.toml', choices: {} });
  });

  it.each([
    ['approvls = 2', "pyproject.toml, line 6: [tool.gitlab-to-pypi] has no key 'approvls'."],
    ['approvals = "2"', "pyproject.toml, line 6: 'approvals' must be a whole number from 0 to 99."],
    ['approvals = 2.5', "pyproject.toml, line 6: 'approvals' takes a whole number from 0 to 99, not '2.5'."],
    ['approvals = -1', "pyproject.toml, line 6: 'approvals' takes a whole number from 0 to 99, not '-1'."],
    ['deployer = "@ana"', "pyproject.toml, line 6: 'deployer' must be a list of strings."],
    ['deployer = [1]', "pyproject.toml, line 6: 'deployer' must be a list of strings."],
    ['testpypi = "no"', "pyproject.toml, line 6: 'testpypi' must be true or false."],
    ['release-environment = ""', "pyproject.toml, line 6: 'release-environment' is empty."],
    ['publish-with = "pip"', "pyproject.toml, line 6: 'publish-with' takes uv or twine, not 'pip'."],
    ['yes = true', "pyproject.toml, line 6: [tool.gitlab-to-pypi] has no key 'yes'."],
    ['route.x = 1', "pyproject.toml, line 6: 'route' must be a string."],
  ])('refuse %s, naming key and line', (line, message) => {
    expect(() => inToml(`\n[tool.gitlab-to-pypi]\n${line}\n`)).toThrow(message);
  });

  it('refuse what is no table, a key of setup.cfg, and two tables', () => {
    expect(() => inToml('[tool]\ngitlab-to-pypi = "protected"\n')).toThrow(
      "pyproject.toml, line 5: 'gitlab-to-pypi' must be a table.",
    );
    expect(() => inCfg('[tool:gitlab-to-pypi]\nroute = protected\napprovals = two\n')).toThrow(
      "setup.cfg, line 6: 'approvals' must be a whole number from 0 to 99.",
    );
    expect(() => inCfg('[tool:gitlab-to-pypi]\nrout = protected\n')).toThrow(
      "setup.cfg, line 5: [tool:gitlab-to-pypi] has no key 'rout'.",
    );
    expect(() =>
      readDeclaration({
        'pyproject.toml': '[tool.gitlab-to-pypi]\n',
        'setup.cfg': '[tool:gitlab-to-pypi]\n',
      }),
    ).toThrow('Both pyproject.toml and setup.cfg');
  });
});

describe('declaring the choices', () => {
  const usual = {
    route: 'protected',
    deployer: ['maintainers'],
    approver: ['maintainers'],
    approvals: 1,
  } as const;
  const wanted = { ...usual, deployer: ['maintainers'], approver: ['maintainers'], testpypi: true };

  it('adds a table at the end, with only what differs from the defaults', () => {
    const { path, text, differences } = edited({ 'pyproject.toml': project }, { ...wanted, approvals: 2 });
    expect(path).toBe('pyproject.toml');
    expect(text).toBe(`${project}\n[tool.gitlab-to-pypi]\nroute = "protected"\napprovals = 2\n`);
    expect(differences).toEqual([
      { field: '[tool.gitlab-to-pypi] route', current: '(none)', wanted: 'protected' },
      { field: '[tool.gitlab-to-pypi] approvals', current: '(none)', wanted: '2' },
    ]);
  });

  it('keeps every other byte: comments, CRLF, no final newline', () => {
    const text =
      '[tool.gitlab-to-pypi] # ours\r\nroute = "trusted" # no licence yet\r\n# two, since the incident\r\napprovals = 2\r\n\r\n[tool.ruff]\r\nline-length = 100';
    const after = edited({ 'pyproject.toml': text }, { ...wanted, approvals: 2 }).text;
    expect(after).toBe(text.replace('"trusted"', '"protected"'));
  });

  it('removes a key that has become the default, and leaves one that says the default', () => {
    const text = '[tool.gitlab-to-pypi]\nroute = "protected"\napprovals = 2\ntestpypi = true\n';
    expect(edited({ 'pyproject.toml': text }, wanted).text).toBe(text.replace('approvals = 2\n', ''));
    expect(editDeclaration({ 'pyproject.toml': text.replace('approvals = 2\n', '') }, wanted).kind).toBe(
      'unchanged',
    );
  });

  it('leaves keys alone that do not matter now, and the order of people', () => {
    const text = '[tool.gitlab-to-pypi]\nroute = "trusted"\napprovals = 3\ndeployer = ["@b", "@a"]\n';
    expect(editDeclaration({ 'pyproject.toml': text }, { route: 'trusted' }).kind).toBe('unchanged');
    expect(
      editDeclaration({ 'pyproject.toml': text }, { route: 'trusted', deployer: ['@a', '@b'] }).kind,
    ).toBe('unchanged');
  });

  it.each([
    ['inline', '[tool]\ngitlab-to-pypi = { route = "trusted" }\n', '{ route = "protected", approvals = 2 }'],
    ['dotted', '[tool]\ngitlab-to-pypi.route = "trusted"\n', 'gitlab-to-pypi.approvals = 2\n'],
  ])('writes into a table that is %s', (_, text, part) => {
    expect(edited({ 'pyproject.toml': text }, { ...wanted, approvals: 2 }).text).toContain(part);
  });

  it('writes into setup.cfg where there is no pyproject.toml, and stays there', () => {
    const cfg = '[metadata]\r\nname = demo\r\n';
    const { path, text } = edited({ 'setup.cfg': cfg }, { ...wanted, deployer: ['@ana', 'group:a/b'] });
    expect(path).toBe('setup.cfg');
    expect(text).toBe(
      `${cfg}\r\n[tool:gitlab-to-pypi]\r\nroute = protected\r\ndeployer = @ana, group:a/b\r\n`,
    );
    const later = edited({ 'setup.cfg': text, 'pyproject.toml': '' }, { ...wanted, buildJob: ['a, b', 'c'] });
    expect(later.path).toBe('setup.cfg');
    expect(later.text).toContain('build-job =\r\n    a, b\r\n    c\r\n');
    expect(later.text).not.toContain('deployer');
    expect(readDeclaration({ 'setup.cfg': later.text }).choices.buildJob).toEqual(['a, b', 'c']);
  });

  it('makes setup.cfg for a project that has only setup.py', () => {
    const { path, text } = edited({ 'setup.py': 'setup()' }, wanted);
    expect([path, text]).toEqual(['setup.cfg', '[tool:gitlab-to-pypi]\nroute = protected\n']);
  });

  it('refuses where the table cannot be added, with the lines to put in', () => {
    const edit = editDeclaration({ 'pyproject.toml': 'tool = { ruff = {} }\n' }, wanted);
    expect(edit).toMatchObject({
      kind: 'refused',
      manual: 'Put this into pyproject.toml:\n\n[tool.gitlab-to-pypi]\nroute = "protected"\n',
    });
  });
});
