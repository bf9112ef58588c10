import type { Plugin } from 'rolldown';
import { minifySync } from 'rolldown/utils';

/**
 * What is loaded at one time is one file, for each file more takes a millisecond to find and read; a group takes along
 * what its modules import. The last one takes all packages that no other has.
 */
export const chunks = [
  {
    name: 'start',
    test: /src\/(kernel\/(errors|version|stop)|indexes\/token-variables|cli\/(options|parse)|ports\/network|terminal\/(manner|open|output|nobody|ascii)|screens\/title)\.ts$/,
    priority: 2,
  },
  { name: 'look', test: /src\/run\/look\.ts$/, priority: 1 },
  {
    name: 'gitbeaker',
    test: /node_modules\/(@gitbeaker|qs|xcase|rate-limiter-flexible|picomatch-browser|side-channel[\w-]*)\//,
  },
  { name: 'toml', test: /node_modules\/(toml-eslint-parser|eslint-visitor-keys)\// },
  { name: 'yaml', test: /node_modules\/yaml\// },
  { name: 'diff', test: /node_modules\/diff\// },
  { name: 'clack', test: /node_modules\/(@clack|sisteransi|fast-[\w-]+)\// },
  { name: 'open', test: /node_modules\// },
];

/** Makes the code of packages small and leaves our own as it is, so that a stack names functions that can be read. */
export function minifyPackages(): Plugin {
  return {
    name: 'minify-packages',
    // Not in renderChunk, for after that the bundler prints the code once more.
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk' || !file.moduleIds.every(isOfPackage)) continue;
        file.code = minifySync(file.fileName, file.code, { module: true, mangle: { toplevel: true } }).code;
      }
    },
  };
}

const isOfPackage = (id: string) => id.includes('/node_modules/');
