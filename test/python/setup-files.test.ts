import { describe, expect, it } from 'vitest';
import { versionFromVcs } from '../../src/python/versions/index.ts';

const edit = (files: Record<string, string>, directory = '.') => versionFromVcs(files, { directory });

function textAfter(files: Record<string, string>, path: string, directory = '.'): string | undefined {
  const result = edit(files, directory);
  return result.kind === 'edited'
    ? result.edits.find((it) => it.path.endsWith(path))?.after
    : JSON.stringify(result);
}

describe('setup.py', () => {
  it('loses the line with its fixed version, and nothing else', () => {
    const text =
      "from setuptools import setup\n\nsetup(\n    name='x',\n    version='1.0',  # here\n    url='u',\n)\n";
    expect(textAfter({ 'setup.py': text }, 'setup.py')).toBe(
      text.replace("    version='1.0',  # here\n", ''),
    );
  });

  it('loses its fixed version from the middle of a line', () => {
    expect(textAfter({ 'setup.py': "setup(name='x', version='1.0', url='u')\n" }, 'setup.py')).toBe(
      "setup(name='x', url='u')\n",
    );
  });

  it('is not misled by strings and comments', () => {
    const text =
      "# setup(version='0')\nDOC = '''setup(version='0')'''\nsetup(name='x', description='version=1, (', version='1.0')\n";
    expect(textAfter({ 'setup.py': text }, 'setup.py')).toBe(text.replace(", version='1.0')", ', )'));
  });

  it.each([
    ['True', '{"local_scheme": "no-local-version"}'],
    ["dict(local_scheme='dirty-tag', root='..')", "dict(local_scheme='no-local-version', root='..')"],
    ['{}', '{"local_scheme": "no-local-version"}'],
    ["{'write_to': 'v.py'}", '{"local_scheme": "no-local-version", \'write_to\': \'v.py\'}'],
    ["{'local_scheme': 'dirty-tag', 'root': '..'}", "{'local_scheme': 'no-local-version', 'root': '..'}"],
    [
      "{\n        'write_to': 'v.py',  # read it\n    }",
      '{\n        "local_scheme": "no-local-version",\n        \'write_to\': \'v.py\',  # read it\n    }',
    ],
    [
      "{\n        # 'local_scheme': 'dirty-tag',\n        'local_scheme': 'node-and-date',\n    }",
      "{\n        # 'local_scheme': 'dirty-tag',\n        'local_scheme': 'no-local-version',\n    }",
    ],
  ])('asks setuptools-scm for versions without a local part: %s', (before, after) => {
    const text = (value: string) => `setup(\n    name='x',\n    use_scm_version=${value},\n)\n`;
    expect(textAfter({ 'setup.py': text(before) }, 'setup.py')).toBe(text(after));
    expect(textAfter({ 'setup.py': text(after) }, 'setup.py')).toBeUndefined();
  });

  it('in a subfolder tells setuptools-scm where the repository is', () => {
    expect(textAfter({ 'setup.py': 'setup(use_scm_version=True)\n' }, 'setup.py', 'python')).toBe(
      'setup(use_scm_version={"root": "..", "local_scheme": "no-local-version"})\n',
    );
  });

  it('keeps the legacy build if it imports its neighbours', () => {
    const before = "from demo_pkg import NAME\nfrom setuptools import setup\nsetup(name=NAME, version='1')\n";
    expect(textAfter({ 'setup.py': before }, 'pyproject.toml')).not.toContain('build-backend');
    const alone = "from setuptools import setup\nsetup(name='x', version='1')\n";
    expect(textAfter({ 'setup.py': alone }, 'pyproject.toml')).toContain('"setuptools.build_meta"');
  });

  it.each([
    [
      'computes its version',
      "setup(name='x', version=get_version())\n",
      /computes the version \(get_version\(\)\)/,
    ],
    ['is called twice', "if a:\n    setup(version='1')\nelse:\n    setup(version='2')\n", /not understood/],
    ['takes its arguments from elsewhere', "info = {'version': '1'}\nsetup(**info)\n", /not understood/],
    ['calls its own function', 'setup(use_scm_version=options)\n', /use_scm_version=options/],
    ['has its own local scheme', "setup(use_scm_version={'local_scheme': scheme})\n", /use_scm_version=/],
  ])('is left alone, with an explanation, if it %s', (_, text, reason) => {
    expect(edit({ 'setup.py': text })).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(reason),
    });
  });
});

describe('[tool.setuptools.dynamic]', () => {
  const head =
    '[build-system]\nrequires = ["setuptools>=80", "setuptools-scm>=8"]\nbuild-backend = "setuptools.build_meta"\n\n[project]\nname = "x"\ndynamic = ["version"]\n\n';
  const version = '[tool.setuptools.dynamic]\nversion = { attr = "x.v" }\n';
  const rest = '[tool.ruff]\nline-length = 90\n';
  const options = '\n[tool.setuptools_scm]\nlocal_scheme = "no-local-version"\n';

  it.each([
    ['goes where it held nothing but the version', `${version}\n${rest}`, rest],
    [
      'stays with what else it holds',
      `${version}readme = { file = "R" }\n`,
      '[tool.setuptools.dynamic]\nreadme = { file = "R" }\n',
    ],
    ['stays with a comment', `${version}# more\n\n${rest}`, `[tool.setuptools.dynamic]\n# more\n\n${rest}`],
  ])('%s', (_, before, after) => {
    expect(textAfter({ 'pyproject.toml': head + before }, 'pyproject.toml')).toBe(head + after + options);
  });
});

describe('setup.cfg', () => {
  it('loses its metadata version, which would silently win, and the file that it points to is named', () => {
    const text = '[metadata]\nname = x\nversion = attr:\n    x.__version__\nurl = u\n\n[tool]\nversion = 3\n';
    expect(textAfter({ 'setup.cfg': text }, 'setup.cfg')).toBe(
      '[metadata]\nname = x\nurl = u\n\n[tool]\nversion = 3\n',
    );
    expect(edit({ 'setup.cfg': text }).notes.join()).toMatch(/attr: x.__version__\) is no longer read/);
  });

  it.each([
    ['style = pep440\nVCS = git\n', 'style = pep440-pre\nVCS = git\n'],
    ['VCS = git\r\nSTYLE: git-describe\r\n', 'VCS = git\r\nSTYLE: pep440-pre\r\n'],
    ['VCS = git', 'style = pep440-pre\nVCS = git'],
  ])('tells versioneer to leave out the local part: %j', (before, after) => {
    const files = (section: string) => ({
      'setup.py': "import versioneer\nsetup(name='x', version=versioneer.get_version())\n",
      'setup.cfg': `[metadata]${section.includes('\r') ? '\r' : ''}\nname = x\n[versioneer]\n${section}`,
    });
    expect(textAfter(files(before), 'setup.cfg')).toBe(files(after)['setup.cfg']);
    expect(edit(files(after)).kind).toBe('unchanged');
  });
});

describe('pyproject.toml', () => {
  it('is created in full if there is none', () => {
    expect(textAfter({ 'setup.cfg': '[metadata]\nname = x\n' }, 'pyproject.toml')).toBe(
      '[build-system]\nrequires = ["setuptools>=80", "setuptools-scm>=8"]\nbuild-backend = "setuptools.build_meta"\n\n[tool.setuptools_scm]\nlocal_scheme = "no-local-version"\n',
    );
  });

  it('keeps its comments, multi-line list and other options', () => {
    const text = `[build-system]
requires = [
    'hatchling', # builds
]
build-backend = "hatchling.build"

[project]
name = "x"
dynamic = ["readme"] # more
version = "1.0"

[tool.hatch.version]
path = "x.py"
raw-options = { version_scheme = "post-release" }
`;
    expect(textAfter({ 'pyproject.toml': text }, 'pyproject.toml')).toBe(`[build-system]
requires = [
    'hatchling', # builds
    'hatch-vcs>=0.4',
]
build-backend = "hatchling.build"

[project]
name = "x"
dynamic = ["readme", "version"] # more

[tool.hatch.version]
raw-options = { version_scheme = "post-release", local_scheme = "no-local-version" }
source = "vcs"
`);
  });

  it('declares the version dynamic if it did not mention it', () => {
    const text =
      '[build-system]\nrequires = ["pdm-backend"]\nbuild-backend = "pdm.backend"\n[project]\nname = "x"\n';
    expect(textAfter({ 'pyproject.toml': text }, 'pyproject.toml')).toContain(
      '[project]\nname = "x"\ndynamic = ["version"]\n',
    );
  });

  it('differs in exactly the field that was removed', () => {
    const files = {
      'pyproject.toml':
        '[build-system]\nrequires = ["setuptools", "setuptools-scm"]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = "x"\ndynamic = ["version"]\n[tool.setuptools_scm]\n',
    };
    expect(edit(files)).toMatchObject({
      differences: [
        { field: 'tool.setuptools_scm.local_scheme', current: '(none)', wanted: 'no-local-version' },
      ],
    });
  });
});
