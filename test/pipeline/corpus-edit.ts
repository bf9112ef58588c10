import { versionFromVcs } from '../../src/python/versions/index.ts';
import type { EditResult } from '../../src/text/result.ts';

/** The files from which flit and maturin read the version, next to the corpus's pyproject.toml, in any layout. */
export function editOfCorpusFile(text: string): EditResult {
  const name = /^name = "([\w.-]+)"/m.exec(text)?.[1]?.replaceAll('-', '_');
  const others = {
    [`src/${name}/__init__.py`]: '__version__ = "1.2.3"\n',
    'Cargo.toml': '[package]\nname = "x"\nversion = "1.2.3"\n',
  };
  return versionFromVcs({ ...others, 'pyproject.toml': text }, { directory: '.' });
}
