import { expect, it } from 'vitest';
import { linkAddresses, showsLinks } from '../../src/terminal/links.ts';

const asIs = (url: string) => url;
const linkTo = (url: string, shown = url) => `\u001B]8;;${url}\u001B\\${shown}\u001B]8;;\u001B\\`;

it('links an address, and nothing of the sentence, quotes or colours around it', () => {
  const url = 'https://gitlab.com/a/b/-/pipelines';
  for (const [before, after] of [
    ['See ', '.'],
    ['(', '), then'],
    ["'", "'"],
    ['\u001B[36m', '\u001B[39m'],
  ])
    expect(linkAddresses(`${before}${url}${after}`, asIs)).toBe(`${before}${linkTo(url)}${after}`);
});

it('links nothing that was shortened, and encodes what a link may not hold', () => {
  expect(linkAddresses('https://gitlab.com/a…b', asIs)).toBe('https://gitlab.com/a…b');
  expect(linkAddresses('https://a.example/é', asIs)).toBe(
    linkTo('https://a.example/%C3%A9', 'https://a.example/é'),
  );
});

it.each([
  [{ TERM: 'xterm-256color' }, false],
  [{ TERM: 'xterm-256color', VTE_VERSION: '5000' }, false],
  [{ TERM: 'xterm-256color', VTE_VERSION: '7600' }, true],
  [{ TERM_PROGRAM: 'vscode' }, true],
  [{ TERM_PROGRAM: 'Apple_Terminal' }, false],
  [{ TERM: 'xterm-kitty' }, true],
  [{ TERM: 'xterm-kitty', FORCE_HYPERLINK: '0' }, false],
  [{ FORCE_HYPERLINK: '1' }, true],
])('%o: shows links: %s', (env, shows) => {
  expect(showsLinks(env)).toBe(shows);
});
