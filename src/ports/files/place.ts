import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { UserError } from '../../kernel/errors.ts';
import { codeOf, unreadable } from './problems.ts';

/** The real location of a file in the checkout, existing or not, with every symlink on the way resolved. */
export async function placeOf(root: string, path: string): Promise<string> {
  refuseName(path);
  const top = await realpath(root).catch((error) => {
    throw unreadable(path, error);
  });
  const wanted = join(top, path);
  refuseOutside(top, wanted, path);
  const target = await realPlace(wanted, path);
  refuseOutside(top, target, path);
  return target;
}

/** The path may come from the server, and might mean something else on another system. */
function refuseName(path: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  if (!/[\u0000-\u001f\u007f\\]|^\/|^[a-z]:/i.test(path)) return;
  throw new UserError(
    'bad-path',
    `'${path}' cannot be the path of a file in the checkout.`,
    "Name it from the repository's top folder, with '/' between the folders; that of the pipeline is in GitLab under Settings > CI/CD > General pipelines.",
  );
}

/** Like `realpath`, for a file that may not exist yet. */
async function realPlace(wanted: string, path: string): Promise<string> {
  try {
    return await realpath(wanted);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw unreadable(path, error);
    const link = await lstat(wanted).catch(() => undefined);
    if (link?.isSymbolicLink()) throw brokenLink(path);
    return join(await realPlace(dirname(wanted), path), basename(wanted));
  }
}

function brokenLink(path: string): UserError {
  return new UserError(
    'broken-link',
    `The path ${path} leads over a symbolic link to nowhere.`,
    'Remove the link or let it lead to a file of the repository, then run it again.',
  );
}

function refuseOutside(top: string, target: string, path: string): void {
  const way = relative(top, target);
  const folders = way.split(/[\\/]/);
  if (isAbsolute(way) || folders[0] === '..') {
    throw new UserError(
      'outside-checkout',
      `The file ${path} lies outside of the checkout.`,
      'Only files of the repository itself are read and edited; replace the path or the symbolic link.',
    );
  }
  if (folders.some(isOfGit)) {
    throw new UserError(
      'inside-git',
      `The file ${path} belongs to git itself, so it is neither read nor edited.`,
      'Only files that can be committed are; replace the path or the symbolic link.',
    );
  }
}

/** Windows and macOS accept other spellings of the same folder. */
const isOfGit = (folder: string) => /^(\.git|git~\d)[ .]*$/i.test(folder);
