// A page with the unmodified `useChat`; the address has the id of the conversation.
import { useChat } from '@ai-sdk/react';
import { DefaultChatTransport } from 'ai';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';

const id = new URLSearchParams(location.search).get('id');
const transport = new DefaultChatTransport({ api: '/chat' });

const textOf = message =>
  (message?.parts ?? [])
    .filter(part => part.type === 'text')
    .map(part => part.text)
    .join('');

function Page() {
  const { messages, status, error, sendMessage } = useChat({ id, transport, resume: true });
  const answer = messages.filter(message => message.role === 'assistant').at(-1);
  return createElement(
    'main',
    null,
    createElement('p', { id: 'status' }, status),
    createElement('p', { id: 'error' }, error?.message),
    createElement('p', { id: 'answer' }, textOf(answer)),
    createElement('button', { onClick: () => sendMessage({ text: 'Hi.' }) }, 'Ask'),
    createElement('button', { onClick: () => fetch(`/chat/${id}/stop`, { method: 'POST' }) }, 'Stop'),
  );
}

createRoot(document.body.appendChild(document.createElement('div'))).render(createElement(Page));
