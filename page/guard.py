"""Who may ask for the page.

    middleware = [Middleware(Guard, "127.0.0.1")]
"""
import re
import socket

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

REFUSED = "This page answers only to its own address; --host names another one."


class Guard:
    """ASGI middleware that refuses what other sites send.

    A site that somebody visits can send requests to this machine too. Its name stands in Origin; a
    name of its own that leads to this machine (DNS rebinding) stands in Host.
    """

    def __init__(self, app, host):
        """host: the address that is listened on."""
        self.app, self.host = app, host

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan" or is_own(Headers(scope=scope), self.host):
            await self.app(scope, receive, send)
        else:
            await PlainTextResponse(REFUSED, 403)(scope, receive, send)


def is_own(headers, listening):
    """Whether a request with these headers is meant for this page and comes from it, or no site.

    An IP address cannot be made to lead elsewhere, as a site's own name can.
    """
    host = headers.get("host", "")
    name = re.sub(r":\d*$", "", host).lower()
    known = name in {"localhost", listening, socket.gethostname().lower()}
    is_address = re.fullmatch(r"[\d.]+|\[[\da-f:.]+\]", name)
    own = (None, f"http://{host}", f"https://{host}")
    return bool(known or is_address) and headers.get("origin") in own
