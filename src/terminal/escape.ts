/** Control, bidirectional and invisible characters, with which a name could redraw or reorder the screen. */
const hidden = /(?![\n\t])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Text from outside as it may be shown: what cannot be seen is written as `\u{...}`. Newlines and tabs stay. */
export function escapeText(text: string): string {
  return text.replace(hidden, (character) => `\\u{${character.codePointAt(0)?.toString(16).toUpperCase()}}`);
}

/** The same in one line, so that no text from outside looks like a line of this program's own. */
export function oneLine(text: string): string {
  return escapeText(text)
    .replace(/(?<!\s)\s*\n\s*/g, ' ⏎ ')
    .replaceAll('\t', ' ');
}

/** A JSON document with such characters written as JSON does it: the data stay, and a terminal shows them as text. */
export function escapeJson(json: string): string {
  const unit = (code: number) => `\\u${code.toString(16).padStart(4, '0')}`;
  return json.replace(hidden, (character) =>
    character
      .split('')
      .map((it) => unit(it.charCodeAt(0)))
      .join(''),
  );
}
