"""The Python side of test/interop/lib/peer.ts: a comparison's script ends with `serve(answer)`."""

import json
import pathlib
import sys
from collections.abc import Callable


def serve(answer: Callable[[dict, pathlib.Path], dict | list]) -> None:
    """Calls `answer(request, folder)` with the request and the scratch folder that both halves see, and hands its result back."""
    folder, request_file, answer_file = (pathlib.Path(argument) for argument in sys.argv[1:])
    result = answer(json.loads(request_file.read_text("utf-8")), folder)
    answer_file.write_text(json.dumps(result, allow_nan=False), "utf-8")
