/**
 * The escape sequence that makes a terminal copy a text to the clipboard, even over SSH (OSC 52,
 * https://invisible-island.net/xterm/ctlseqs/ctlseqs.html). Terminals without support ignore it.
 */
export function copySequence(text: string): string {
  return `\u001B]52;c;${Buffer.from(text).toString('base64')}\u0007`;
}
