const address = /https?:\/\/[^\s"'<>\p{Cc}]+/gu;

/** What ends the sentence around an address. */
const punctuation = /[.,;:!?)\]]+$/;

const begin = '\u001B]8;;';
const end = '\u001B\\';

/**
 * Makes each address in a text a link to what `target` says (OSC 8,
 * https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda). Terminals without support ignore the sequence.
 */
export function linkAddresses(text: string, target: (url: string) => string): string {
  return text.replace(address, (found) => {
    const url = found.replace(punctuation, '');
    // A shortened address leads nowhere.
    if (url.includes('…') || !URL.canParse(url)) return found;
    // Only printable ASCII may stand in a link's address, as URL encodes it.
    return `${begin}${new URL(target(url)).href}${end}${url}${begin}${end}${found.slice(url.length)}`;
  });
}

const programs = ['iTerm.app', 'WezTerm', 'vscode', 'ghostty', 'zed', 'WarpTerminal'];
const terminals = ['alacritty', 'xterm-kitty', 'xterm-ghostty', 'foot'];

/** The first version of VTE (GNOME Terminal and others) with links that do not crash it, as 0.50.1. */
const leastVte = 5001;

/**
 * Whether a terminal is known to show links, by the rules of https://github.com/chalk/supports-hyperlinks. `FORCE_HYPERLINK`
 * decides where it is set.
 */
export function showsLinks(env: Record<string, string | undefined>): boolean {
  if (env.FORCE_HYPERLINK) return env.FORCE_HYPERLINK !== '0';
  return (
    env.WT_SESSION !== undefined ||
    programs.includes(env.TERM_PROGRAM ?? '') ||
    Number(env.VTE_VERSION) >= leastVte ||
    terminals.includes(env.TERM ?? '')
  );
}
