import { widthOf } from './width.ts';

/**
 * Every symbol this program and the prompt library use, with an ASCII one of the same width for terminals without
 * Unicode. Symbols that only differ in Unicode are always accompanied by distinct words.
 */
const inAsciiToo: Record<string, string> = Object.fromEntries([
  ...pairs('✔✖→⏎…·', '+x>|~-'),
  ...pairs('⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏', '|/-\\|/-\\|/'),
  ...pairs('◆◇■▲│┌└┐┘─├╮╯╰╭—', '*ox!|+++++-+++++-'),
  ...pairs('●○◼◻▪•↑↓›', '>.x.**^v>'),
]);

function pairs(signs: string, others: string): [string, string][] {
  return Array.from(signs, (sign, index) => [sign, others[index] ?? '?']);
}

/** A text in ASCII: symbols as above, letters without accents, `?` per column for anything else. */
export function inAscii(text: string): string {
  return text.replace(/\P{ASCII}/gu, (character) => {
    const letter = character.normalize('NFD')[0] ?? '';
    return inAsciiToo[character] ?? (/\p{ASCII}/u.test(letter) ? letter : '?'.repeat(widthOf(character)));
  });
}

type Environment = Record<string, string | undefined>;

/**
 * Whether a terminal shows Unicode. Assumed if no locale is set, as in the prompt library, whose rule also decides for
 * Windows and the Linux console.
 */
export function showsUnicode(env: Environment, platform: NodeJS.Platform): boolean {
  if (platform === 'win32') return isModernWindows(env);
  if (env.TERM === 'linux') return false;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return !locale || /utf-?8/i.test(locale);
}

function isModernWindows(env: Environment): boolean {
  return Boolean(
    env.CI ||
      env.WT_SESSION ||
      env.TERMINUS_SUBLIME ||
      env.ConEmuTask === '{cmd::Cmder}' ||
      /^(Terminus-Sublime|vscode)$/.test(env.TERM_PROGRAM ?? '') ||
      /^(xterm-256color|alacritty)$/.test(env.TERM ?? '') ||
      env.TERMINAL_EMULATOR === 'JetBrains-JediTerm',
  );
}

/** Wraps a stream so that everything written to it is ASCII. */
export function asciiStream(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  const write = (text: string) => stream.write(inAscii(text));
  return new Proxy(stream, {
    get: (target, key) => {
      if (key === 'write') return write;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
