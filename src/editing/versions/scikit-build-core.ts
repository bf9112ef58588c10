import { getToml } from '../toml.ts';
import { setKey } from '../toml-draft.ts';
import {
  isWithoutLocalPart,
  makeVersionDynamic,
  NeedsHand,
  requireForBuild,
  type VersionEdit,
} from './backend.ts';

const provider = 'scikit_build_core.metadata.setuptools_scm';

/** scikit-build-core with setuptools-scm: https://scikit-build-core.readthedocs.io/en/latest/configuration/dynamic.html */
export function scikitBuildCore({ toml, root }: VersionEdit): void {
  const path = ['tool', 'scikit-build', 'metadata', 'version'];
  const present = getToml(toml.doc.data, ...path, 'provider');
  if (present !== undefined && present !== provider) {
    throw new NeedsHand(
      `its version comes from the provider '${String(present)}', which is left as it is`,
      `Make it give each commit a version without a local part, or use provider = "${provider}".`,
    );
  }
  requireForBuild(toml, 'setuptools-scm>=8');
  makeVersionDynamic(toml);
  setKey(toml, path, 'provider', provider);
  const scm = ['tool', 'setuptools_scm'];
  if (root !== '.' && getToml(toml.doc.data, ...scm, 'root') === undefined) setKey(toml, scm, 'root', root);
  if (!isWithoutLocalPart(getToml(toml.doc.data, ...scm, 'local_scheme')))
    setKey(toml, scm, 'local_scheme', 'no-local-version');
}
