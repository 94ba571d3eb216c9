"""app.py in a browser without a window; skipped if Gradio, Playwright or Chromium is missing."""
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
import skimage.data
from PIL import Image

from tests.support import ROOT, run

CHROMIUM = next(filter(None, map(shutil.which, (
    "chromium", "chromium-browser", "google-chrome"))), None)
SECONDS = 120  # for the server to start, and for an explanation; a busy machine is slow


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    pytest.importorskip("gradio", reason="needs Gradio: pip install -r requirements-app.txt")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("app")
    process = subprocess.Popen(
        [sys.executable, ROOT / "app.py", "--port", str(port)], cwd=ROOT, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
        env=os.environ | {"KERAS_BACKEND": "tensorflow", "TMPDIR": str(folder)})
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process)
        yield port, address
    finally:
        process.terminate()
        process.wait()
    assert list(folder.iterdir()) == []  # every picture is deleted


def wait_for(address, process):
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            return urllib.request.urlopen(address, timeout=5)
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    process.kill()
    pytest.fail(f"app.py does not answer: {process.communicate()[0]}")


@pytest.fixture
def page(server):
    """The open page.

    At the end it must not have requested anything from another machine, and its console must be
    free of errors.
    """
    playwright = pytest.importorskip("playwright.sync_api",
                                     reason="needs Playwright: pip install playwright")
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    requested, errors = set(), []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(SECONDS * 1000)
        page.on("request", lambda request: requested.add(request.url))
        page.on("console", lambda message: (
            errors.append(message.text) if message.type == "error" else None))
        page.goto(server[1])
        page.get_by_role("button", name="Explain").wait_for()
        yield page
        browser.close()
    own = (server[1], "data:", "blob:")
    assert {url for url in requested if not url.startswith(own)} == set()
    assert errors == []


def upload(page, path, samples=100):
    page.locator("input[type=file]").first.set_input_files(path)
    page.get_by_role("button", name="Remove Image").wait_for()
    page.get_by_role("spinbutton").fill(str(samples))


def explanation(page):
    """The text of the explanation, after waiting for it."""
    page.get_by_role("button", name="Explain").click()
    words = page.get_by_role("textbox", name="In words")
    page.wait_for_function("box => box.value != ''", arg=words.element_handle())
    return words.input_value()


def test_a_picture_is_classified_and_explained(page):
    upload(page, ROOT / "examples" / "eileen_collins.jpg")
    text = explanation(page)
    assert "512 x 512 pixels, 1 face" in text and "face 1: happy" in text
    assert "explained: happy" in text
    assert "100 samples" in text
    figure = page.locator("img[src*='/file=']").last
    figure.wait_for()
    page.wait_for_function("image => image.naturalWidth == 1500", arg=figure.element_handle())


def test_another_emotion_is_explained_and_a_picture_without_a_face_is_reported(page, tmp_path):
    upload(page, ROOT / "examples" / "eileen_collins.jpg")
    page.get_by_role("combobox", name="Emotion to explain").click()
    page.get_by_role("option", name="neutral").click()
    assert "explained: neutral" in explanation(page)
    page.get_by_role("button", name="Remove Image").click()
    Image.fromarray(skimage.data.coffee()).save(tmp_path / "coffee.png")
    upload(page, tmp_path / "coffee.png")
    page.get_by_role("button", name="Explain").click()
    page.get_by_text("This picture: no face found").wait_for()


def test_the_webcam_can_be_chosen(page):
    page.get_by_role("button", name="Capture from camera").click()
    page.get_by_text("Click to Access Webcam").wait_for()


def test_only_this_machine_reaches_the_server(server):
    with socket.socket() as other:  # another address of this machine
        other.settimeout(5)
        assert other.connect_ex(("127.0.0.2", server[0])) != 0


def test_a_port_that_is_in_use_is_reported_in_one_line(server):
    result = run("app.py", "--port", server[0], check=False)
    assert result.returncode == 2 and f"--port {server[0]}: cannot listen there" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_upload_that_is_too_large_is_refused(server):
    header = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    body = header + bytes(21_000_000) + b"\r\n--x--\r\n"
    request = urllib.request.Request(f"{server[1]}/gradio_api/upload", body,
                                     {"Content-Type": "multipart/form-data; boundary=x"})
    with pytest.raises((urllib.error.HTTPError, ConnectionError)) as refused:
        urllib.request.urlopen(request, timeout=SECONDS)
    assert getattr(refused.value, "code", 413) == 413
