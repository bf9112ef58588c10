/**
 * The escape sequence with which a terminal takes a text to the clipboard, also through SSH
 * (OSC 52, https://invisible-island.net/xterm/ctlseqs/ctlseqs.html). Terminals that do not know it ignore it.
 */
export function copySequence(text: string): string {
  return `\u001B]52;c;${Buffer.from(text).toString('base64')}\u0007`;
}
