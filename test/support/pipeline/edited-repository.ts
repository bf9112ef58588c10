import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublishTool } from '../../../src/kernel/route.ts';
import { editPipeline } from '../../../src/pipeline/index.ts';
import type { PipelineGoal } from '../../../src/pipeline/pipeline-goal.ts';
import type { PythonFiles } from '../../../src/python/python-files.ts';
import { versionFromVcs } from '../../../src/python/versions/index.ts';
import type { EditResult } from '../../../src/text/result.ts';
import { goalWith } from '../../pipeline/pipeline-goal.ts';
import { commitAll, repositoryOf } from '../builds.ts';
import { run } from '../tools.ts';

/** A project before the edit. */
export interface Project {
  files: Record<string, string>;
  /** Its pipeline file, if any. */
  pipeline?: string;
  publishWith: PublishTool;
  goal?: Partial<PipelineGoal>;
}

/**
 * Creates a repository of the project on the branch main. The first commit is tagged v1.2.2; the second edits version
 * and pipeline. Throws if either edit fails.
 */
export async function editedRepository({ files, pipeline, publishWith, goal }: Project): Promise<string> {
  const before = pipeline === undefined ? files : { ...files, '.gitlab-ci.yml': pipeline };
  const root = await repositoryOf(before);
  await run('git', ['tag', 'v1.2.2'], { cwd: root });
  const results = [
    versionFromVcs(pythonFiles(files), { directory: '.' }),
    editPipeline(pipeline, goalWith({ publishWith, projectPath: 'demo-group/demo-pkg', ...goal })),
  ];
  for (const { path, after } of results.flatMap(editsOf)) await writeFile(join(root, path), after);
  await commitAll(root);
  await run('git', ['branch', '--move', 'main'], { cwd: root });
  return root;
}

function pythonFiles(files: Record<string, string>): PythonFiles {
  const names = ['pyproject.toml', 'setup.cfg', 'setup.py'].filter((name) => files[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, files[name]]));
}

function editsOf(result: EditResult) {
  if (result.kind === 'refused') throw new Error(result.reason);
  return result.kind === 'edited' ? result.edits : [];
}
