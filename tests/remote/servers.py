"""HTTP servers of one file: with ranges and without, counted, and ones that fail in every way."""

import contextlib
import hashlib
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RANGE = re.compile(r"bytes=(\d+)-(\d+)")


class Served:
    """A file as a server has it, and what was asked of it."""

    def __init__(self, content, *, ranges=True, etag=True):
        self.content = content
        self.ranges = ranges
        self.etag = etag
        #: Status that every answer has, in the place of the right one.
        self.status = None
        #: Bytes of a body after which the connection breaks.
        self.breaks_after = None
        #: The value that a request must have in its header `Authorization`.
        self.authorization = None
        self.requests = []
        self.nbytes = 0
        self.lock = threading.Lock()

    def asked(self):
        """Return the number of requests and the bytes that were sent since this was called last."""
        with self.lock:
            found = len(self.requests), self.nbytes
            self.requests, self.nbytes = [], 0
        return found

    def spans(self):
        """Return the first byte and the last of each range that was asked for since `asked` was called last."""
        with self.lock:
            ranges = [asked for _, asked in self.requests if asked]
        found = [RANGE.fullmatch(asked).groups() for asked in ranges]
        return sorted((int(first), int(last)) for first, last in found)

    @property
    def tag(self):
        return f'"{hashlib.sha256(self.content).hexdigest()[:16]}"'


def handler(served):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args):
            pass

        def do_HEAD(self):
            self.answer(body=False)

        def do_GET(self):
            self.answer(body=True)

        def answer(self, body):
            content, asked = served.content, self.headers.get("Range")
            with served.lock:
                served.requests.append((self.command, asked))
            status, part, headers = 200, content, {}
            wanted = self.headers.get("Authorization")
            if served.authorization not in (None, wanted):
                status, part = 401, b""
            elif served.status is not None:
                status, part = served.status, b""
            elif content is None:
                status, part = 404, b""
            elif asked and served.ranges:
                first, last = map(int, RANGE.fullmatch(asked).groups())
                if first >= len(content):
                    status, part = 416, b""
                else:
                    part = content[first : last + 1]
                    end = first + len(part) - 1
                    headers["Content-Range"] = f"bytes {first}-{end}/{len(content)}"
                    status = 206
            if content is not None and served.etag:
                headers["ETag"] = served.tag
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(part)))
            self.end_headers()
            if body:
                self.send(part)

        def send(self, part):
            if served.breaks_after is not None and len(part) > served.breaks_after:
                part = part[: served.breaks_after]
                self.close_connection = True
            with served.lock:
                served.nbytes += len(part)
            # Whoever needs no more hangs up.
            with contextlib.suppress(ConnectionError):
                self.wfile.write(part)

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        # Clients hang up on what they do not want.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextlib.contextmanager
def serving(served):
    """Yield the URL of a server of this file on this machine."""
    server = Server(("127.0.0.1", 0), handler(served))
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}
    )
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sweep.ndc"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
