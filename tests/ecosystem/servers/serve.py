"""Serve two recorded answers by an HTTP server of any kind: `serve.py NAME PORT STREAM WHOLE`.

STREAM is a file of server-sent events, sent one by one without a length; WHOLE is one of JSON. They
answer a request for a stream, and any other one.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

if len(sys.argv) == 5:  # else in a worker that a server has started
    os.environ.update(STREAM=sys.argv[3], WHOLE=sys.argv[4])
STREAM = [event + b"\n\n" for event in Path(os.environ["STREAM"]).read_bytes().split(b"\n\n")[:-1]]
WHOLE = Path(os.environ["WHOLE"]).read_bytes()
TYPES = {True: "text/event-stream", False: "application/json"}
PAUSE = 0.002  # seconds between two events


def wants_stream(body):
    return json.loads(body).get("stream", False)


async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    stream = wants_stream(body)
    headers = [(b"content-type", TYPES[stream].encode())]
    if not stream:
        headers.append((b"content-length", str(len(WHOLE)).encode()))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for event in STREAM if stream else [WHOLE]:
        await send({"type": "http.response.body", "body": event, "more_body": True})
        await asyncio.sleep(PAUSE)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def wsgi(environ, start_response):
    stream = wants_stream(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    headers = [("Content-Type", TYPES[stream])]
    if not stream:
        headers.append(("Content-Length", str(len(WHOLE))))
    start_response("200 OK", headers)
    return iter(STREAM) if stream else [WHOLE]


def by_uvicorn(port, http):
    import uvicorn

    uvicorn.run(asgi, port=port, http=http, log_level="error")


def by_hypercorn(port):
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    asyncio.run(serve(asgi, config))


def by_granian(port):
    from granian import Granian

    sys.path.insert(0, str(Path(__file__).parent))
    Granian("serve:asgi", address="127.0.0.1", port=port, interface="asgi").serve()


def by_gunicorn(port):
    from gunicorn.app.base import BaseApplication

    class Application(BaseApplication):
        def load_config(self):
            for name, value in {
                "bind": f"127.0.0.1:{port}",
                "worker_class": "gthread",
                "threads": 4,
                "loglevel": "error",
            }.items():
                self.cfg.set(name, value)

        def load(self):
            return wsgi

    Application().run()


def by_waitress(port):
    import waitress

    waitress.serve(wsgi, host="127.0.0.1", port=port)


def by_cheroot(port):
    from cheroot.wsgi import Server

    Server(("127.0.0.1", port), wsgi).start()


def by_werkzeug(port):
    from werkzeug.serving import WSGIRequestHandler, run_simple

    WSGIRequestHandler.protocol_version = "HTTP/1.1"
    run_simple("127.0.0.1", port, wsgi, threaded=True)


def by_wsgiref(port):
    from wsgiref.simple_server import make_server

    make_server("127.0.0.1", port, wsgi).serve_forever()


def by_tornado(port):
    from tornado.web import Application, RequestHandler

    class Handler(RequestHandler):
        async def post(self):
            stream = wants_stream(self.request.body)
            self.set_header("Content-Type", TYPES[stream])
            if not stream:
                self.finish(WHOLE)
                return
            for event in STREAM:
                self.write(event)
                await self.flush()

    async def main():
        Application([("/.*", Handler)]).listen(port, "127.0.0.1")
        await asyncio.Event().wait()

    asyncio.run(main())


def by_aiohttp(port):
    from aiohttp import web

    async def handle(request):
        stream = wants_stream(await request.read())
        headers = {"content-type": TYPES[stream]}
        if not stream:
            return web.Response(body=WHOLE, headers=headers)
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        for event in STREAM:
            await response.write(event)
        return response

    application = web.Application()
    application.router.add_post("/{path:.*}", handle)
    web.run_app(application, host="127.0.0.1", port=port, print=None)


def by_http_server(port):
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            stream = wants_stream(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("Content-Type", TYPES[stream])
            self.end_headers()
            for event in STREAM if stream else [WHOLE]:
                self.wfile.write(event)

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


SERVERS = {
    "aiohttp": by_aiohttp,
    "cheroot": by_cheroot,
    "granian": by_granian,
    "gunicorn": by_gunicorn,
    "http.server": by_http_server,
    "hypercorn": by_hypercorn,
    "tornado": by_tornado,
    "uvicorn, h11": lambda port: by_uvicorn(port, "h11"),
    "uvicorn, httptools": lambda port: by_uvicorn(port, "httptools"),
    "waitress": by_waitress,
    "werkzeug": by_werkzeug,
    "wsgiref": by_wsgiref,
}

if __name__ == "__main__":
    SERVERS[sys.argv[1]](int(sys.argv[2]))
