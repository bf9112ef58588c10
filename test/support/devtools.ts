import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** Chromium's DevTools over a pipe: NUL-terminated JSON both ways. */
export interface DevTools {
  send<T>(method: string, params?: object, sessionId?: string): Promise<T>;
  /** Resolves the next time the browser reports it. */
  next(event: string): Promise<void>;
}

interface Message {
  id?: number;
  method?: string;
  result?: unknown;
  error?: { message: string };
}

/** Talks to a browser that reads from one pipe and writes to the other. */
export function devTools(toBrowser: Writable, fromBrowser: Readable): DevTools {
  const messages = new EventEmitter();
  let rest = '';
  fromBrowser.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\0');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const message = JSON.parse(part) as Message;
      messages.emit(String(message.id ?? message.method), message);
    }
  });
  const next = (name: string) => new Promise<Message>((resolve) => messages.once(name, resolve));
  let last = 0;
  return {
    async send<T>(method: string, params: object = {}, sessionId?: string) {
      last += 1;
      const answer = next(String(last));
      toBrowser.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
      const { result, error } = await answer;
      if (error) throw new Error(`${method}: ${error.message}`);
      return result as T;
    },
    next: async (event) => void (await next(event)),
  };
}
