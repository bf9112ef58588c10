import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { type DevTools, devTools } from './devtools.ts';
import { findTool } from './tools.ts';

/** Chromium's path, or undefined, with a message, if it is missing. */
export const findChromium = () => findTool('chromium', 'CHROMIUM', 'chromium-browser', 'google-chrome');

/** A page in its own browser. */
export interface BrowserPage {
  open(url: string): Promise<void>;
  /** Evaluates JavaScript in the page. */
  read<T>(script: string): Promise<T>;
  /** Clicks the middle of an element, like a mouse. */
  click(selector: string): Promise<void>;
  /** Clicks a link and waits for the next page. */
  follow(selector: string): Promise<void>;
  /** Clicks into a field and types. */
  type(selector: string, text: string): Promise<void>;
  /** The whole page as a PNG. */
  picture(): Promise<Buffer>;
  close(): Promise<void>;
}

const flags = [
  '--headless=new',
  '--remote-debugging-pipe',
  '--no-first-run',
  '--disable-gpu',
  '--hide-scrollbars',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  // Chromium refuses to run as root with its sandbox.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/** Starts headless Chromium with access to the loopback interface only. */
export async function openBrowser(chromium: string, width = 900): Promise<BrowserPage> {
  const home = await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-chromium-'));
  const browser = spawn(chromium, [...flags, `--user-data-dir=${home}`, `--window-size=${width},800`], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => browser.once('close', resolve));
  const failed = ended.then(() => {
    throw new Error(`${chromium} ended before it showed a page.`);
  });
  const tools = devTools(browser.stdio[3] as Writable, browser.stdio[4] as Readable);
  const page = await Promise.race([newPage(tools), failed]);
  const close = async () => {
    await tools.send('Browser.close');
    await ended;
    await rm(home, { recursive: true, force: true });
  };
  return { ...page, close };
}

async function newPage(tools: DevTools): Promise<Omit<BrowserPage, 'close'>> {
  const { targetId } = await tools.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
  const attached = { targetId, flatten: true };
  const { sessionId } = await tools.send<{ sessionId: string }>('Target.attachToTarget', attached);
  const send = <T>(method: string, params?: object) => tools.send<T>(method, params, sessionId);
  await send('Page.enable');
  const loaded = async (cause: () => Promise<unknown>) => {
    const event = tools.next('Page.loadEventFired');
    await cause();
    await event;
  };
  const read = async <T>(expression: string) => {
    type Answer = { result: { value: T; description?: string }; exceptionDetails?: object };
    const { result, exceptionDetails } = await send<Answer>('Runtime.evaluate', {
      expression,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(result.description);
    return result.value;
  };
  const click = async (selector: string) => {
    const [x, y] = await read<[number, number]>(middleOf(selector));
    for (const type of ['mousePressed', 'mouseReleased'])
      await send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
  };
  return {
    read,
    click,
    open: (url) => loaded(() => send('Page.navigate', { url })),
    follow: (selector) => loaded(() => click(selector)),
    async type(selector, text) {
      await click(selector);
      await send('Input.insertText', { text });
    },
    async picture() {
      const params = { captureBeyondViewport: true, clip: await read<object>(wholePage) };
      const { data } = await send<{ data: string }>('Page.captureScreenshot', params);
      return Buffer.from(data, 'base64');
    },
  };
}

const middleOf = (selector: string) => `{
  const element = document.querySelector(${JSON.stringify(selector)});
  element.scrollIntoView({ block: 'center' });
  const { x, y, width, height } = element.getBoundingClientRect();
  [x + width / 2, y + height / 2];
}`;

const wholePage = `({
  x: 0, y: 0, scale: 1,
  width: document.documentElement.offsetWidth, height: document.documentElement.offsetHeight,
})`;
