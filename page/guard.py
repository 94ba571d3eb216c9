"""Who may ask for the page."""
import re
import socket

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

REFUSAL = PlainTextResponse(
    "This page answers only to its own address; --host names another one.", 403)


def guarded(app, host):
    """An ASGI app that answers as `app`, but refuses what other sites send to it at `host`.

    A site that somebody visits can send requests to this machine too. Its name stands in Origin; a
    name of its own that leads to this machine (DNS rebinding) stands in Host, where an IP address
    cannot be made to lead elsewhere.
    """
    names = {"localhost", host, socket.gethostname().lower()}

    async def answer(scope, receive, send):
        allowed = scope["type"] == "lifespan" or is_own(Headers(scope=scope), names)
        await (app if allowed else REFUSAL)(scope, receive, send)
    return answer


def is_own(headers, names):
    host = headers.get("host", "")
    name = re.sub(r":\d*$", "", host).lower()
    known = name in names or re.fullmatch(r"[\d.]+|\[[\da-f:.]+\]", name)
    return bool(known) and headers.get("origin") in (None, f"http://{host}", f"https://{host}")
