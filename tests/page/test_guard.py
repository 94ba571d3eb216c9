import asyncio

import pytest

pytest.importorskip("starlette", reason="comes with requirements-app.txt")

from page.guard import guarded  # noqa: E402


def status(host, origin, listening):
    """The status of a request with these headers, 200 if the page answers it."""
    sent = []

    async def page(scope, receive, send):
        await send({"status": 200})

    async def send(message):
        sent.append(message)

    headers = [(b"host", host.encode())] + [(b"origin", origin.encode())] * bool(origin)
    asyncio.run(guarded(page, listening)({"type": "http", "headers": headers}, None, send))
    return sent[0]["status"]


@pytest.mark.parametrize(("host", "origin", "listening", "expected"), [
    ("127.0.0.1:7860", "", "127.0.0.1", 200),
    ("localhost:7860", "http://localhost:7860", "127.0.0.1", 200),
    ("[::1]:7860", "http://[::1]:7860", "::1", 200),
    ("evil.example", "http://evil.example", "127.0.0.1", 403),
    ("127.0.0.1:7860", "http://evil.example", "127.0.0.1", 403),
    ("127.0.0.1:7860", "http://127.0.0.1:8000", "127.0.0.1", 403),
    ("127.0.0.1:7860", "null", "127.0.0.1", 403),
    ("[", "", "127.0.0.1", 403),
    ("192.168.0.2:7860", "http://192.168.0.2:7860", "0.0.0.0", 200),
    ("evil.example:7860", "", "0.0.0.0", 403),
    ("lab.example:7860", "", "lab.example", 200),
])
def test_only_the_pages_own_address_is_answered_and_no_other_site(
        host, origin, listening, expected):
    assert status(host, origin, listening) == expected
