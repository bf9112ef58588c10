import { getToml, type TomlValue } from '../../text/toml/document.ts';
import { setKey, type TomlDraft } from '../../text/toml/draft.ts';

/** Local schemes that leave out the local part, which the indexes refuse. */
const localSchemes = ['no-local-version', 'no-local-version-strict'];

/** The scheme that is written where another one is found. */
export const localScheme = 'no-local-version';

/** Whether a local scheme leaves out the local part. */
export function isWithoutLocalPart(scheme: TomlValue | undefined): boolean {
  return typeof scheme === 'string' && localSchemes.includes(scheme);
}

/**
 * The options of setuptools-scm. Since 10 it also reads `[tool.vcs-versioning]`, but only where there is no
 * `[tool.setuptools_scm]`, so a second table would switch off the first.
 */
export function setScmOptions(toml: TomlDraft, root: string): void {
  const { data } = toml.doc;
  const other =
    getToml(data, 'tool', 'setuptools_scm') === undefined && getToml(data, 'tool', 'vcs-versioning');
  const table = ['tool', other ? 'vcs-versioning' : 'setuptools_scm'];
  if (root !== '.' && getToml(data, ...table, 'root') === undefined) setKey(toml, table, 'root', root);
  if (!isWithoutLocalPart(getToml(data, ...table, 'local_scheme')))
    setKey(toml, table, 'local_scheme', localScheme);
}
