import type { Plugin } from 'rolldown';
import { minifySync } from 'rolldown/utils';

/**
 * Code that is loaded together goes into one file, since each extra file takes a millisecond to find and read. A group
 * includes what its modules import; the last one gets all remaining packages.
 */
export const chunks = [
  // The entry itself, and what the commands share with it.
  { name: 'main', test: /src\/main\.ts$/, priority: 2 },
  { name: 'survey', test: /src\/run\/survey\.ts$/, priority: 1 },
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

/** Minifies everything; our own functions and classes keep their names, so that stack traces can be read. */
export function minifyChunks(): Plugin {
  return {
    name: 'minify-chunks',
    // Not in renderChunk, because the bundler prints the code again after that.
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue;
        const keepNames = !file.moduleIds.every(isOfPackage);
        const mangle = { toplevel: true, keepNames };
        file.code = minifySync(file.fileName, file.code, { module: true, mangle }).code;
      }
    },
  };
}

const isOfPackage = (id: string) => id.includes('/node_modules/');
