"""A score for an order, by a table of weights that takes a while to make: the warm-up makes it for all calls."""

import json
import math
import random
import zlib

from componentize_py_types import Err
from wit_world import exports
from wit_world.imports.web_types import Body_Bytes, Error_Invalid, Error_NotFound, Request, Response

WEIGHT_COUNT = 60_000

weights: list[float] = []


class WebHandler(exports.WebHandler):
    def handle(self, request: Request) -> Response:
        # What is only let go of when it is collected would be a handle that no restored call knows.
        with request:
            path = request.path()
            body = read(request) if path == "/score" else b""
        if path == "/health":
            return answer({"ok": True})
        if path != "/score":
            raise Err(Error_NotFound("there are /score and /health"))
        return answer({"score": round(score(body), 4)})


class RestoreHook(exports.RestoreHook):
    def after_restore(self) -> None:
        """Its generator was seeded in the warm-up: without this all calls would draw the same numbers."""
        random.seed()


def read(request: Request) -> bytes:
    with request.body() as buffer:
        return buffer.read(0, buffer.length())


def score(body: bytes) -> float:
    """Logistic regression over hashed features."""
    if not weights:
        weights.extend(table())
    try:
        order = json.loads(body or b"{}")
        features = [f"{name}={value}" for name, value in order.items()]
    except (ValueError, AttributeError) as wrong:
        raise Err(Error_Invalid(f"an order is a JSON object: {wrong}")) from wrong
    total = sum(weights[zlib.crc32(feature.encode()) % WEIGHT_COUNT] for feature in features)
    return 1 / (1 + math.exp(-total))


def table() -> list[float]:
    """In the place of a trained model: the same numbers each time."""
    draw = random.Random(7).gauss
    return [draw(0, 1) for _ in range(WEIGHT_COUNT)]


def answer(value: dict) -> Response:
    return Response(200, [("content-type", "application/json")], Body_Bytes(json.dumps(value).encode() + b"\n"))
