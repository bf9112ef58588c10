import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from './tools.ts';

const git = [
  '-c',
  'user.name=Test',
  '-c',
  'user.email=test@example.org',
  '-c',
  'commit.gpgsign=false',
  '-c',
  'init.defaultBranch=main',
];

/** Creates a git repository with these files in a temporary folder, with one commit. */
export async function repositoryOf(files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-build-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await run('git', [...git, 'init', '-q'], { cwd: root });
  await commitAll(root);
  return root;
}

/** Commits everything in the work tree. */
export async function commitAll(root: string): Promise<void> {
  await run('git', ['add', '.'], { cwd: root });
  await run('git', [...git, 'commit', '-q', '-m', 'All'], { cwd: root });
}

/** The file names that `uv build` produces on a tag and one commit later. */
export async function buildOnAndAfterTag(
  uv: string,
  root: string,
  { directory = '.', tag = 'v1.2.3' } = {},
): Promise<string[]> {
  await run('git', ['tag', tag], { cwd: root });
  const onTag = await build(uv, root, directory, 'dist-tag');
  await run('git', [...git, 'commit', '-q', '--allow-empty', '-m', 'Second'], { cwd: root });
  const later = await build(uv, root, directory, 'dist-later');
  return [...onTag, ...later];
}

async function build(uv: string, root: string, directory: string, name: string): Promise<string[]> {
  const out = join(`${root}-${name}`);
  await run(uv, ['build', '--no-sources', '--quiet', '--out-dir', out, join(root, directory)], { cwd: root });
  return (await readdir(out)).filter((file) => !file.startsWith('.')).sort();
}
