// A page with `EventSource`, which tells what it received once the server has nothing more for it.
import { EventSource } from 'eventsource';

const url = process.argv[2];
const types = ['opened', 'text', 'finish', 'usage', 'tool_call', 'gap', 'end'];

for await (const _ of process.stdin) {
  const received = [];
  const requests = [];
  const source = new EventSource(url, {
    fetch: (address, options) => {
      requests.push(options.headers['Last-Event-ID'] ?? null);
      return fetch(address, options);
    },
  });
  for (const type of types)
    source.addEventListener(type, event => received.push([event.lastEventId, JSON.parse(event.data)]));
  await new Promise(closed => {
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) closed();
    });
  });
  console.log(JSON.stringify({ received, requests }));
}
