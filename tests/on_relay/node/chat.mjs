// A page without a browser: the `Chat` class that `useChat` is made of, driven by lines of JSON.
import { createInterface } from 'node:readline';
import { Chat } from '@ai-sdk/react';
import { DefaultChatTransport } from 'ai';

const api = process.argv[2];
const pages = new Map();

const textOf = page =>
  (page.chat.lastMessage?.parts ?? [])
    .filter(part => part.type === 'text')
    .map(part => part.text)
    .join('');

const actions = {
  open({ id, path, messages }) {
    const page = { finish: null, action: null };
    page.chat = new Chat({
      id,
      messages: messages ?? [],
      transport: new DefaultChatTransport({ api: `${api}/${path}` }),
      onFinish: ({ isAbort, isDisconnect, isError, finishReason }) => {
        page.finish = { isAbort, isDisconnect, isError, finishReason };
      },
    });
    pages.set(id, page);
  },
  send({ id, text }) {
    const page = pages.get(id);
    page.action = page.chat.sendMessage({ text });
  },
  resume({ id }) {
    const page = pages.get(id);
    page.action = page.chat.resumeStream();
  },
  async until({ id, text }) {
    while (!textOf(pages.get(id)).includes(text)) await new Promise(later => setTimeout(later, 5));
  },
  async done({ id }) {
    const page = pages.get(id);
    await page.action;
    const { status, error, messages } = page.chat;
    return {
      status,
      error: error?.message ?? null,
      messages,
      text: textOf(page),
      finish: page.finish,
    };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { action, ...options } = JSON.parse(line);
  const answer = await actions[action](options);
  console.log(JSON.stringify(answer ?? null));
}
