import { widthOf } from './width.ts';

/**
 * Every sign of this program and of the prompt library, with one of the same width for terminals that show no
 * Unicode. Signs that are told apart only by it are told apart by their words as well.
 */
const inAsciiToo: Record<string, string> = Object.fromEntries([
  ...pairs('✔✖→⏎…·', '+x>|~-'),
  ...pairs('⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏', '|/-\\|/-\\|/'),
  ...pairs('◆◇■▲│┌└┐┘─├╮╯╰╭—', '*ox!|+++++-+++++-'),
  ...pairs('●○◼◻▪•↑↓', '>.x.**^v'),
]);

function pairs(signs: string, others: string): [string, string][] {
  return Array.from(signs, (sign, index) => [sign, others[index] ?? '?']);
}

/** A text in ASCII: signs as above, letters without their accents, and `?` for each column of anything else. */
export function inAscii(text: string): string {
  return text.replace(/\P{ASCII}/gu, (character) => {
    const letter = character.normalize('NFD')[0] ?? '';
    return inAsciiToo[character] ?? (/\p{ASCII}/u.test(letter) ? letter : '?'.repeat(widthOf(character)));
  });
}

type Environment = Record<string, string | undefined>;

/**
 * Whether a terminal shows Unicode. Where no locale is named it is taken to, as the prompt library does, by whose rule
 * Windows and the Linux console are told too.
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

/** The stream with everything in ASCII that is written to it. */
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
