import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { findProgram, type ProgramSearch, variableOf } from './programs.ts';

/** A program that copies its standard input to the clipboard. */
interface Copier {
  name: string;
  args: string[];
}

/** What these programs need to reach the display; nothing else of the environment, and so no token. */
const needed =
  /^(PATH|HOME|USER|USERPROFILE|SYSTEMROOT|TMPDIR|TMP|TEMP|LANG|LC_\w+|XDG_RUNTIME_DIR|XAUTHORITY|DISPLAY|WAYLAND_DISPLAY|WSL_\w+)$/;

/** A program that hangs must not keep the user waiting. */
const patience = 2000;

/**
 * Copies a text to the clipboard by the system's own program, found outside the checkout; false if there is none, it
 * fails, or takes longer than two seconds. The text goes through standard input, never through the arguments, which every
 * user of the machine can read. Over SSH the clipboard would be that of the other machine, so nothing is run.
 */
export async function copyBySystem(text: string, search: ProgramSearch): Promise<boolean> {
  if (variableOf(search, 'SSH_CONNECTION') || variableOf(search, 'SSH_TTY')) return false;
  for (const { name, args } of copiersOf(search)) {
    const program = await findProgram(name, search);
    if (program !== undefined && (await copyBy(program, args, text, search))) return true;
  }
  return false;
}

function copiersOf(search: ProgramSearch): Copier[] {
  const { platform, env } = search;
  if (platform === 'darwin') return [{ name: 'pbcopy', args: [] }];
  if (platform === 'win32') return [{ name: 'clip', args: [] }];
  return [
    ...(env.WAYLAND_DISPLAY ? [{ name: 'wl-copy', args: [] }] : []),
    ...(env.DISPLAY
      ? [
          { name: 'xclip', args: ['-selection', 'clipboard'] },
          { name: 'xsel', args: ['--clipboard', '--input'] },
        ]
      : []),
    ...(env.WSL_DISTRO_NAME ? [{ name: 'clip.exe', args: [] }] : []),
  ];
}

/** Waits for the program itself: some leave a process behind that serves the clipboard. */
function copyBy(program: string, args: string[], text: string, search: ProgramSearch): Promise<boolean> {
  const env = Object.fromEntries(
    Object.entries(search.env).filter(([name]) => needed.test(name.toUpperCase())),
  );
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: dirname(program),
      env,
      stdio: ['pipe', 'ignore', 'ignore'],
      timeout: patience,
      killSignal: 'SIGKILL',
    });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
    // It may end before it has read everything.
    child.stdin.on('error', () => undefined);
    child.stdin.end(text);
  });
}
