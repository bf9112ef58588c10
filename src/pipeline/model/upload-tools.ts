import { type UploadVariables, uploadVariables } from '../../indexes/upload-variables.ts';

/** How to tell a tool what to upload, where, and with which credential: its options and variables. */
export interface UploadTool extends UploadVariables {
  verbs: readonly string[];
  /** Options that take a value, so that the value is not mistaken for a file. */
  valued: readonly string[];
  address: readonly string[];
  /** The name of an index, from a configuration file or built in. */
  name: readonly string[];
  secret: readonly string[];
  /** Takes files as arguments; otherwise, its default. */
  takesFiles: boolean;
  files: string;
  /** The option that names another distributions folder. */
  folder: readonly string[];
  /** Whether it builds what it uploads. */
  builds: 'always' | 'never' | { with: string } | { without: string };
  /** Can exchange a GitLab ID token: https://docs.pypi.org/trusted-publishers/using-a-publisher/ */
  trusts: boolean;
  /** Reads `.pypirc`. */
  readsPypirc: boolean;
}

const none: UploadTool = {
  verbs: ['publish'],
  valued: [],
  address: [],
  addressVariables: [],
  name: ['-r', '--repository'],
  nameVariables: [],
  secret: ['-p', '--password'],
  secretVariables: [],
  userVariables: [],
  takesFiles: false,
  files: 'dist/*',
  folder: [],
  builds: 'never',
  trusts: false,
  readsPypirc: false,
};

const tools: Record<string, UploadTool> = {
  twine: {
    ...none,
    ...uploadVariables.twine,
    verbs: ['upload'],
    valued:
      '-u --username --user -c --comment -i --identity --sign-with --config-file --cert --client-cert'.split(
        ' ',
      ),
    address: ['--repository-url'],
    takesFiles: true,
    trusts: true,
    readsPypirc: true,
  },
  uv: {
    ...none,
    ...uploadVariables.uv,
    valued:
      '-u --username --check-url --keyring-provider --trusted-publishing --directory --project --config-file --allow-insecure-host --color --cache-dir'.split(
        ' ',
      ),
    address: ['--publish-url'],
    name: ['--index'],
    secret: ['-t', '--token', '-p', '--password'],
    takesFiles: true,
    trusts: true,
  },
  poetry: {
    ...none,
    valued: ['-u', '--username', '--cert', '--client-cert'],
    folder: ['--dist-dir'],
    builds: { with: '--build' },
  },
  pdm: {
    ...none,
    ...uploadVariables.pdm,
    valued: ['-u', '--username', '-c', '--comment', '-S', '--sign', '-i', '--identity', '--ca-certs'],
    secret: ['-P', '--password'],
    folder: ['-d', '--dest'],
    builds: { without: '--no-build' },
    trusts: true,
  },
  hatch: {
    ...none,
    ...uploadVariables.hatch,
    valued: [
      '-u',
      '--user',
      '--ca-cert',
      '--client-cert',
      '--client-key',
      '-p',
      '--publisher',
      '-o',
      '--option',
    ],
    name: ['-r', '--repo'],
    secret: ['-a', '--auth'],
    takesFiles: true,
  },
  flit: {
    ...none,
    ...uploadVariables.flit,
    valued: ['--format', '--pypirc'],
    secret: [],
    name: ['--repository'],
    builds: 'always',
    readsPypirc: true,
  },
  maturin: {
    ...none,
    ...uploadVariables.maturin,
    verbs: ['publish', 'upload'],
    valued:
      '-u --username -m --manifest-path -i --interpreter --target --features -b --bindings --out -o'.split(
        ' ',
      ),
    address: ['--repository-url'],
    takesFiles: true,
    readsPypirc: true,
  },
  // The form that the tools send: https://docs.pypi.org/api/upload/
  curl: { ...none, address: ['--url'], name: [], secret: ['-u', '--user'] },
  'setup.py': { ...none, verbs: ['upload'], secret: [], builds: 'always', readsPypirc: true },
};

/** python-semantic-release before version 8, whose `publish` builds and uploads; later ones leave that to others. */
export const oldSemanticRelease: UploadTool = {
  ...none,
  secretVariables: ['PYPI_TOKEN', 'REPOSITORY_PASSWORD'],
  addressVariables: ['REPOSITORY_URL'],
  builds: 'always',
};

/** `fullrelease`, which uploads by twine what it builds from a fresh checkout of the tag. */
export const zestReleaser: UploadTool = {
  ...none,
  ...uploadVariables.twine,
  builds: 'always',
  readsPypirc: true,
};

/** The tool behind a command that uploads distributions; a dry run uploads nothing. */
export function uploadTool(command: {
  tool: string | undefined;
  verb: string | undefined;
  args: readonly string[];
  words: readonly string[];
}): { name: string; tool: UploadTool } | undefined {
  const { tool: name = '', verb = '', args, words } = command;
  const tool = Object.hasOwn(tools, name) ? tools[name] : undefined;
  if (tool === undefined || args.includes('--dry-run')) return undefined;
  const uploads =
    name === 'setup.py'
      ? words.includes('upload')
      : name === 'curl'
        ? args.some((arg) => arg.includes(':action=file_upload'))
        : tool.verbs.includes(verb);
  return uploads ? { name, tool } : undefined;
}

/** The value of an option: `--name value`, `--name=value`, `-n value`, `-nvalue`; the last one wins. */
export function optionOf(args: readonly string[], names: readonly string[]): string | undefined {
  let found: string | undefined;
  args.forEach((arg, index) => {
    const [, name = '', value] = /^(--[\w-]+)=(.*)$/s.exec(arg) ?? /^(-\w)=?(.+)$/s.exec(arg) ?? [];
    if (names.includes(name)) found = value;
    else if (names.includes(arg)) found = args[index + 1];
  });
  return found;
}

/** The arguments that are neither options nor their values. */
export function positional(args: readonly string[], { valued, ...tool }: UploadTool): string[] {
  const names = [...valued, ...tool.address, ...tool.name, ...tool.secret, ...tool.folder];
  return args.filter((arg, index) => !arg.startsWith('-') && !names.includes(args[index - 1] ?? ''));
}
