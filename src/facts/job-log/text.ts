/** The part of a log that is read, counted from its end: a failure stands there. */
const mostCharacters = 2 ** 18;

/**
 * A job's log as lines that a person would read: the last 256 K characters, without colours, cursor movements, section
 * markers, time stamps and control characters, what was overwritten on a line, and without secrets.
 */
export function logLines(log: string): string[] {
  const lines: string[] = [];
  for (const raw of withoutSecrets(withoutEscapes(tailOf(log))).split('\n')) {
    const stamp = /^\d{4}-\d\d-\d\dT[\d:.]{8,20}Z \d\d[OE]([ +])/.exec(raw);
    const text = lastWritten(stamp === null ? raw : raw.slice(stamp[0].length));
    // With FF_TIMESTAMPS a plus sign marks the rest of a line that the runner had to split.
    if (stamp?.[1] === '+') lines.push((lines.pop() ?? '') + text);
    else lines.push(text);
  }
  return lines;
}

/**
 * The lines as one line, to find sentences in that a client has wrapped: twine wraps at 80 columns, indents the rest by
 * 9, pads short lines with blanks, and breaks words that are longer than a line.
 */
export function logSentence(lines: string[]): string {
  let text = '';
  let isBroken = false;
  for (const line of lines) {
    text += `${isBroken && line.startsWith(' '.repeat(9)) ? '' : ' '}${line.trim()}`;
    isBroken = line.length >= 80 && /^ {0,9}\S+$/.test(line);
  }
  return withoutHtml(text).replace(/\s+/g, ' ');
}

function tailOf(log: string): string {
  if (log.length <= mostCharacters) return log;
  const tail = log.slice(-mostCharacters);
  return tail.slice(tail.indexOf('\n') + 1);
}

const esc = String.fromCharCode(27);
const bell = String.fromCharCode(7);
const escapes = new RegExp(
  `${esc}(?:\\[[0-9;?]{0,30}[ -/]?[@-~]|\\][^${bell}${esc}\\n]{0,2000}(?:${bell}|${esc}\\\\)?|[@-Z\\\\^_])`,
  'g',
);
const control = /(?![\n\r\t])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

function withoutEscapes(text: string): string {
  return text
    .replace(/section_(?:start|end):\d{1,15}:[\w.-]{1,200}(?:\[[^\]\n]{0,200}\])?\r?/g, '')
    .replace(escapes, '')
    .replace(control, '');
}

/** What is left of a line on which a progress bar was redrawn. */
const lastWritten = (line: string): string =>
  line
    .split('\r')
    .filter((part) => part.trim() !== '')
    .at(-1) ?? '';

/** GitLab masks only values of masked variables; a log may show others, of clients' debug output for example. */
const secrets: [pattern: RegExp, shown: string][] = [
  [/\beyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?/g, '[MASKED]'],
  [/\bpypi-[\w-]{16,}/g, '[MASKED]'],
  [/\bgl[a-z]{2,10}-[\w.-]{16,}/g, '[MASKED]'],
  [/\b((?:Bearer|Basic|PRIVATE-TOKEN:|JOB-TOKEN:) )[^\s'"]{8,}/gi, '$1[MASKED]'],
  [/(:\/\/)[^\s/@'"]{1,200}@/g, '$1[MASKED]@'],
  [
    /\b([A-Z][A-Z0-9_]{0,40}(?:PASSWORD|TOKEN|SECRET|_KEY)["']?\s{0,3}[:=]\s{0,3})["']?[^\s"',;]{4,}/g,
    '$1[MASKED]',
  ],
];

function withoutSecrets(text: string): string {
  return secrets.reduce((rest, [pattern, shown]) => rest.replace(pattern, shown), text);
}

/** uv shows the index's HTML page as it is. */
function withoutHtml(text: string): string {
  return text
    .replace(/<\/?(?:html|head|title|body|h1|p|br|a)\b[^<>]{0,300}>/gi, ' ')
    .replace(/&#0?39;|&#x27;|&apos;/gi, "'")
    .replace(/&quot;|&#34;/gi, '"')
    .replace(/&lt;/gi, '<')
    .replace(/&gt;/gi, '>')
    .replace(/&amp;/gi, '&');
}
