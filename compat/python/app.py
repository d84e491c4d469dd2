"""A function for wasi:http in Python, with the event loop that componentize-py brings along."""

import asyncio
from urllib.parse import parse_qs, urlsplit

from componentize_py_types import Ok
from poll_loop import PollLoop, Sink, Stream
from wit_world import exports
from wit_world.imports.types import Fields, IncomingRequest, OutgoingResponse, ResponseOutparam

UTF_8 = "text/plain; charset=utf-8"


class IncomingHandler(exports.IncomingHandler):
    def handle(self, request: IncomingRequest, response_out: ResponseOutparam) -> None:
        loop = PollLoop()
        asyncio.set_event_loop(loop)
        loop.run_until_complete(answer(request, response_out))


async def answer(request: IncomingRequest, out: ResponseOutparam) -> None:
    url = urlsplit(request.path_with_query() or "/")
    if url.path == "/":
        name = parse_qs(url.query).get("name", ["nobody"])[0]
        sink = begin(out, 200, {"content-type": UTF_8, "x-name": name})
        await sink.send("Grüße aus Python\n".encode())
    elif url.path == "/echo":
        sink = begin(out, 200, {"content-type": header(request, "content-type")})
        stream = Stream(request.consume())
        while (piece := await stream.next()) is not None:
            await sink.send(piece)
    else:
        sink = begin(out, 404, {"content-type": UTF_8})
        await sink.send(b"nothing here\n")
    sink.close()


def header(request: IncomingRequest, name: str) -> str:
    values = request.headers().get(name)
    return values[0].decode() if values else "application/octet-stream"


def begin(out: ResponseOutparam, status: int, headers: dict[str, str]) -> Sink:
    response = OutgoingResponse(Fields.from_list([(name, value.encode()) for name, value in headers.items()]))
    response.set_status_code(status)
    body = response.body()
    ResponseOutparam.set(out, Ok(response))
    return Sink(body)
