// The same by Node's own server: `node serve.mjs PORT STREAM WHOLE`.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const [port, stream, whole] = process.argv.slice(2);
const events = readFileSync(stream, "utf8").split("\n\n").slice(0, -1);
const answer = readFileSync(whole);

createServer(async (request, response) => {
  let body = "";
  for await (const piece of request) body += piece;
  if (JSON.parse(body).stream) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const event of events) response.write(event + "\n\n");
    response.end();
  } else {
    response.writeHead(200, { "content-type": "application/json", "content-length": answer.length });
    response.end(answer);
  }
}).listen(Number(port), "127.0.0.1");
