import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { versionFromVcs } from '../../src/python/versions/index.ts';
import { buildOnAndAfterTag, commitAll, repositoryOf } from '../support/builds.ts';
import { findTool, run } from '../support/tools.ts';
import { hatchlingProjects } from './projects/hatchling.ts';
import { otherProjects } from './projects/others.ts';
import { setuptoolsProjects } from './projects/setuptools.ts';

const uv = findTool('uv', 'UV');
const projects = { ...hatchlingProjects, ...setuptoolsProjects, ...otherProjects };

describe.skipIf(!uv).concurrent('wheels and source distributions of edited projects, built by uv', () => {
  it.each(Object.entries(projects))(
    'are 1.2.3 on the tag, and the next development version one commit later: %s',
    async (_, { files, directory = '.', others = {}, tag = 'v1.2.3', later = '1.2.4.dev1' }) => {
      const inFolder = Object.entries(files).map(([name, text]) => [join(directory, name), text as string]);
      const root = await repositoryOf({
        [join(directory, 'src/demo_pkg/__init__.py')]: '__version__ = "9.9.9"\n',
        ...Object.fromEntries(inFolder),
        ...others,
      });
      const result = versionFromVcs(files, { directory, tags: [tag.replace('3', '2')] });
      if (result.kind !== 'edited') throw new Error(`It was not edited: ${JSON.stringify(result)}`);
      for (const { path, after } of result.edits) await writeFile(join(root, path), after);
      if (files['uv.lock'] !== undefined) await run(uv ?? '', ['lock', '--check'], { cwd: root });
      await commitAll(root);
      const built = await buildOnAndAfterTag(uv ?? '', root, { directory, tag });
      const versions = built.map(
        (name) => /^demo_pkg-([^-]+?)(?:-.*\.whl|\.tar\.gz)$/.exec(name)?.[1] ?? name,
      );
      expect(versions).toEqual(['1.2.3', '1.2.3', later, later]);
    },
    180_000,
  );
});
