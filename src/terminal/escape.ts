/** Control, bidi and invisible characters, with which a name could redraw or reorder the screen. */
const hidden = /(?![\n\t])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Makes outside text safe to show: invisible characters become `\u{...}`. Newlines and tabs stay. */
export function escapeText(text: string): string {
  return text.replace(hidden, (character) => `\\u{${character.codePointAt(0)?.toString(16).toUpperCase()}}`);
}

/** The same on one line, so that outside text cannot pass for a line of our own. */
export function oneLine(text: string): string {
  return escapeText(text)
    .replace(/(?<!\s)\s*\n\s*/g, ' ⏎ ')
    .replaceAll('\t', ' ');
}

/** Escapes such characters JSON-style: same data, and harmless in a terminal. */
export function escapeJson(json: string): string {
  const unit = (code: number) => `\\u${code.toString(16).padStart(4, '0')}`;
  return json.replace(hidden, (character) =>
    character
      .split('')
      .map((it) => unit(it.charCodeAt(0)))
      .join(''),
  );
}
