import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { zipOf } from '../../src/rehearsal/distributions.ts';
import type { IndexState } from '../../src/rehearsal/package-index/state.ts';
import { claimsOf, signToken } from '../support/pipeline/id-tokens.ts';
import { findMachine, machineEnvironment } from '../support/pipeline/machine.ts';
import { occasions } from '../support/pipeline/occasion.ts';
import { openPlace } from '../support/pipeline/place.ts';
import { run } from '../support/tools.ts';

/** A mistake, made with both clients in turn unless it names one. */
interface Mistake {
  name: string;
  clients?: Client[];
  /** What is wrong with the index. */
  index?: (pypi: IndexState) => void;
  /** Changes to the claims; null takes one away. */
  claims?: Record<string, unknown>;
  /** Variables of the job. Without `PYPI_ID_TOKEN` it gets the right one. */
  variables?: Record<string, string>;
  /** Files in dist/, by name. */
  files?: Record<string, Buffer>;
  /** Instead of the usual command. */
  command?: Partial<Record<Client, string[]>>;
  /** Runs the command once before, with the same token. */
  twice?: boolean;
}

type Client = 'uv' | 'twine';

const commands: Record<Client, string[]> = {
  uv: ['uv', 'publish', '--trusted-publishing', 'always', '--publish-url', 'https://upload.pypi.org/legacy/'],
  twine: ['twine', 'upload', '--non-interactive', 'dist/*'],
};

const metadata = (version: string, more: string) =>
  `Metadata-Version: 2.4\nName: demo-pkg\nVersion: ${version}\n${more}`;

function wheel(version: string, { more = '', written = version } = {}) {
  const folder = `demo_pkg-${version}.dist-info`;
  return zipOf({
    [`${folder}/METADATA`]: metadata(written, more),
    [`${folder}/WHEEL`]: 'Wheel-Version: 1.0\n',
    [`${folder}/RECORD`]: '',
  });
}

const usual = { 'demo_pkg-1.2.3-py3-none-any.whl': wheel('1.2.3') };
const withMetadata = (more: string) => ({
  'demo_pkg-1.2.3-py3-none-any.whl': wheel('1.2.3', { more }),
});
const project = (pypi: IndexState) => pypi.projects[0]!;
const publisher = (change: object) => (pypi: IndexState) => {
  project(pypi).publishers = [{ ...project(pypi).publishers[0]!, ...change }];
};

const mistakes: Mistake[] = [
  { name: 'success' },
  { name: 'other-namespace', index: publisher({ namespace: 'other-group' }) },
  { name: 'other-environment', claims: { environment: 'Release' } },
  { name: 'no-environment', claims: { environment: null } },
  { name: 'other-spelling', index: publisher({ namespace: 'Demo-Group' }) },
  { name: 'remote-pipeline', claims: { ci_config_ref_uri: null } },
  {
    name: 'pipeline-file-not-yaml',
    claims: { ci_config_ref_uri: 'gitlab.com/demo-group/demo-pkg//ci/pipeline@refs/tags/v1.2.3' },
  },
  { name: 'empty-refs', claims: { ref_path: '', sha: '' } },
  { name: 'other-subject', claims: { sub: 'project_id:42:ref_type:tag:ref:v1.2.3' } },
  {
    name: 'pending-name-taken',
    index: (pypi) => {
      pypi.pendingPublishers = [{ ...project(pypi).publishers[0]!, projectName: 'demo-pkg' }];
      project(pypi).publishers = [];
    },
  },
  {
    name: 'pending-name-similar',
    index: (pypi) => {
      pypi.pendingPublishers = [{ ...project(pypi).publishers[0]!, projectName: 'dem0-pkg' }];
      project(pypi).publishers = [];
    },
  },
  { name: 'token-used-before', twice: true },
  { name: 'wrong-audience', claims: { aud: 'testpypi' } },
  { name: 'token-not-expanded', variables: { PYPI_ID_TOKEN: '$OTHER_TOKEN' } },
  { name: 'self-managed-issuer', claims: { iss: 'https://gitlab.example.com' } },
  {
    name: 'not-enabled',
    index: (pypi) => {
      pypi.switchedOff = ['trusted publishing'];
    },
  },
  { name: 'no-id-token', variables: { PYPI_ID_TOKEN: '' } },
  { name: 'not-gitlab-ci', variables: { GITLAB_CI: '' } },
  {
    name: 'leftover-token',
    variables: {
      UV_PUBLISH_TOKEN: 'pypi-AgEIcHlwaS5vcmcleftover',
      TWINE_PASSWORD: 'pypi-AgEIcHlwaS5vcmcleftover',
    },
  },
  {
    name: 'leftover-user',
    clients: ['twine'],
    variables: { TWINE_USERNAME: 'somebody', TWINE_PASSWORD: 'a password' },
  },
  {
    name: 'automatic-and-refused',
    clients: ['uv'],
    index: publisher({ environment: 'prod' }),
    command: { uv: ['uv', 'publish', '--publish-url', 'https://upload.pypi.org/legacy/'] },
  },
  {
    name: 'redirected',
    clients: ['twine'],
    variables: { TWINE_REPOSITORY_URL: 'https://upload.pypi.org/simple/' },
  },
  { name: 'nothing-to-publish', files: {} },
  {
    name: 'file-exists',
    index: (pypi) => {
      const filename = Object.keys(usual)[0]!;
      pypi.files.push({ filename, project: 'demo-pkg', version: '1.2.3', sha256: 'x', publisher: undefined });
    },
  },
  {
    name: 'file-deleted',
    index: (pypi) => {
      pypi.deletedFiles = Object.keys(usual);
    },
  },
  {
    name: 'local-version',
    files: { 'demo_pkg-1.2.3+g1234567-py3-none-any.whl': wheel('1.2.3+g1234567') },
  },
  {
    name: 'wheel-version',
    files: { 'demo_pkg-1.2.3-py3-none-any.whl': wheel('1.2.3', { written: '1.2.4' }) },
  },
  {
    name: 'wheel-platform',
    files: { 'demo_pkg-1.2.3-cp313-cp313-linux_x86_64.whl': wheel('1.2.3') },
  },
  { name: 'file-extension', files: { 'demo_pkg-1.2.3.tar.bz2': Buffer.from('BZh9') } },
  { name: 'classifier', files: withMetadata('Classifier: Nonsense :: Made Up\n') },
  {
    name: 'direct-dependency',
    files: withMetadata('Requires-Dist: other @ https://example.com/other.whl\n'),
  },
  { name: 'requires-python', files: withMetadata('Requires-Python: three\n') },
  { name: 'project-url', files: withMetadata('Project-URL: Home, example\n') },
  {
    name: 'description',
    files: withMetadata(
      'Description-Content-Type: text/x-rst\n\nTitle\n=====\n\nSub\n---\n\nSub sub\n~~~~~~~\n\nOther\n=====\n\nBad\n~~~~~~~\n',
    ),
  },
  {
    name: 'old-release',
    index: (pypi) => {
      project(pypi).releases.push('1.2.3');
      project(pypi).releasedAt = { '1.2.3': Math.floor(Date.now() / 1000) - 40 * 24 * 3600 };
    },
  },
  {
    name: 'project-archived',
    index: (pypi) => {
      project(pypi).status = 'archived';
    },
  },
  {
    name: 'other-project',
    index: (pypi) => {
      const { publishers } = project(pypi);
      project(pypi).publishers = [];
      pypi.projects.push({ name: 'other-pkg', owners: [], maintainers: [], releases: [], publishers });
    },
  },
  {
    name: 'pending-other-name',
    index: (pypi) => {
      pypi.pendingPublishers = [{ ...project(pypi).publishers[0]!, projectName: 'demo-package-of-ours' }];
      pypi.projects = [];
    },
  },
  {
    name: 'uploads-off',
    index: (pypi) => {
      pypi.switchedOff = ['uploads'];
    },
  },
  {
    name: 'attestation-missing',
    clients: ['twine'],
    command: { twine: ['twine', 'upload', '--non-interactive', '--attestations', 'dist/*'] },
  },
];

const machine = findMachine();

it.runIf(machine !== undefined)('records what uv and twine print', async () => {
  const versions = {
    uv: (await run('uv', ['--version'])).stdout.split(' ').slice(0, 2).join(' '),
    twine: (await run('twine', ['--version'])).stdout.split(' ').slice(0, 3).join(' '),
  };
  await rm(join(import.meta.dirname, 'recorded'), { recursive: true, force: true });
  await mkdir(join(import.meta.dirname, 'recorded'));
  for (const mistake of mistakes)
    for (const client of mistake.clients ?? (['uv', 'twine'] as const)) {
      const { code, output } = await make(mistake, client);
      const comment = `# ${versions[client]}, exit code ${code}: recorded by ../clients.record.ts\n`;
      await writeFile(
        join(import.meta.dirname, 'recorded', `${mistake.name}.${client}.log`),
        comment + output,
      );
      console.log(mistake.name, client, code);
      if (mistake.name === 'success') expect(code).toBe(0);
    }
});

async function make(mistake: Mistake, client: Client): Promise<{ code: number; output: string }> {
  const place = await openPlace(machine!);
  const folder = await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-record-'));
  try {
    mistake.index?.(place.indexes.pypi.state);
    await mkdir(join(folder, 'dist'));
    for (const [name, content] of Object.entries(mistake.files ?? usual))
      await writeFile(join(folder, 'dist', name), content);
    const owner = {
      projectPath: 'demo-group/demo-pkg',
      pipelineFile: '.gitlab-ci.yml',
      occasion: occasions.tag('v1.2.3'),
      sha: '1'.repeat(40),
      environment: 'release',
    };
    const claims = Object.fromEntries(
      Object.entries({ ...claimsOf(owner, 'pypi'), ...mistake.claims }).filter(([, value]) => value !== null),
    );
    const given = Object.entries({
      GITLAB_CI: 'true',
      CI: 'true',
      PYPI_ID_TOKEN: signToken(claims),
      ...mistake.variables,
    });
    const environment = {
      ...(await machineEnvironment(place.bundle, join(folder, 'home'))),
      PATH: process.env.PATH ?? '',
      ...Object.fromEntries(given.filter(([, value]) => value !== '')),
    };
    const command = mistake.command?.[client] ?? commands[client];
    const line = command.map((word) => (word.includes('*') ? word : `'${word}'`)).join(' ');
    const script = `mount --bind "$0" /etc/hosts; ${mistake.twice ? `${line} >/dev/null 2>&1; ` : ''}exec ${line} 2>&1`;
    return await shell(script, place.hosts, folder, environment);
  } finally {
    await rm(folder, { recursive: true });
    await place.close();
  }
}

function shell(script: string, hosts: string, cwd: string, env: Record<string, string>) {
  return new Promise<{ code: number; output: string }>((resolve) => {
    const child = spawn('unshare', ['--mount', 'sh', '-c', script, hosts], { cwd, env });
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
