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

import app
from base.errors import UserError
from page.events import Page
from tests.support import ROOT

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
        [sys.executable, ROOT / "app.py", "--port", str(port), "--samples", "500"], cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=os.environ | {"KERAS_BACKEND": "tensorflow", "TMPDIR": str(folder)})
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process)
        yield port, address, folder
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


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api",
                                     reason="needs Playwright: pip install playwright")
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    with playwright.sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM, args=[
            "--no-sandbox", "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream"])


@pytest.fixture
def page(server, browser, request):
    """The open page, 1,280 pixels wide or as many as the parameter says.

    At the end it must not have requested anything from another machine, and its console must be
    free of errors.
    """
    requested, errors = set(), []
    width = getattr(request, "param", 1280)
    page = browser.new_page(viewport={"width": width, "height": 844},
                            color_scheme="dark" if width == 390 else "light")
    page.set_default_timeout(SECONDS * 1000)
    page.on("request", lambda request: requested.add(request.url))
    page.on("console", lambda message: (
        errors.append(message.text) if message.type == "error" else None))
    page.goto(server[1])
    page.locator("input[type=file]").first.wait_for(state="attached")
    yield page
    page.close()
    own = (server[1], "data:", "blob:")
    assert {url for url in requested if not url.startswith(own)} == set()
    assert errors == []


def upload(page, path):
    page.locator("input[type=file]").first.set_input_files(path)


def open_portrait(page):
    upload(page, ROOT / "examples" / "eileen_collins.jpg")
    page.locator("svg.board").wait_for()


def kept(server):
    """Bytes of the pictures that the server has on the disk."""
    return sum(file.stat().st_size for file in server[2].rglob("*") if file.is_file())


def part(page, number, shown=None):
    """A superpixel of the face, after waiting until it is shown or hidden."""
    state = "" if shown is None else f"[aria-checked={str(shown).lower()}]"
    found = page.locator(f"svg.board [data-choice='{number}']{state}")
    found.wait_for()
    return found


def percent(page, emotion="happy"):
    """The number beside the bar of an emotion."""
    row = page.locator("ul.bars li", has_text=emotion)
    return int(row.locator(".number").inner_text().rstrip(" %"))


def wait_until_in_view(page, selector):
    page.wait_for_function("""selector => {
        const box = document.querySelector(selector).getBoundingClientRect();
        return box.top >= 0 && box.bottom <= innerHeight;
    }""", arg=selector)


def test_a_click_hides_a_part_and_the_bars_move_at_once(page, server):
    open_portrait(page)
    assert percent(page) == 82 and kept(server) == 0
    page.get_by_role("button", name="Hide all").click()
    part(page, 0, shown=False)
    assert percent(page) < 50
    page.get_by_role("button", name="Show all").click()
    for number in (30, 31, 30):  # every click counts, however fast
        part(page, number).click()
    part(page, 31, shown=False)
    part(page, 30, shown=True)
    part(page, 31).click()
    part(page, 31, shown=True)
    assert percent(page) == 82


def test_parts_are_hidden_with_the_keyboard_alone(page):
    open_portrait(page)
    part(page, 0, shown=True).focus()
    page.keyboard.press("Enter")
    part(page, 0, shown=False)
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    page.wait_for_function(
        "document.querySelectorAll('svg.board [aria-checked=false]').length == 2")
    assert page.evaluate("document.activeElement.getAttribute('aria-checked')") == "false"


@pytest.mark.parametrize("page", [390], indirect=True, ids=["phone"])
def test_an_explanation_is_told_and_a_new_picture_clears_it(page):
    open_portrait(page)
    page.get_by_role("button", name="Explain").click()
    page.locator(".words").wait_for()
    assert page.locator(".words .first").inner_text().startswith("Happy, 82 %: many parts ")
    wait_until_in_view(page, ".words .first")  # it scrolls
    wait_until_in_view(page, "svg.board")
    page.get_by_role("button", name="Only the marked").click()
    page.wait_for_function(
        "document.querySelectorAll('svg.board [aria-checked=true]').length == 5")
    page.get_by_role("radio", name="neutral").check()
    page.get_by_text("P(neutral): 3 % whole face").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright",
                              reason="needs axe: pip install axe-playwright-python")
    found = axe.Axe().run(page).response["violations"]
    assert [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")] == []
    page.get_by_role("button", name="look happy").click()
    page.get_by_text("The network predicts neutral").wait_for()
    assert not page.locator(".words").is_visible()


def test_several_faces_are_a_gallery_to_choose_from(page, tmp_path):
    portrait = Image.open(ROOT / "examples" / "eileen_collins.jpg").crop((100, 0, 356, 256))
    both = Image.new("RGB", (512, 256))
    both.paste(portrait, (0, 0))
    both.paste(portrait.rotate(10), (256, 0))
    both.save(tmp_path / "both.png")
    upload(page, tmp_path / "both.png")
    page.get_by_role("button", name="2: happy").click()
    page.locator(".choices button[aria-pressed=true]", has_text="2: happy").wait_for()


def test_a_picture_without_a_face_is_reported_with_what_helps(page, tmp_path):
    Image.fromarray(skimage.data.coffee()).save(tmp_path / "coffee.png")
    upload(page, tmp_path / "coffee.png")
    page.get_by_text("No face was found in this picture").wait_for()
    page.get_by_role("button", name="whole picture").click()
    page.locator("svg.board").wait_for()


def test_a_picture_of_the_webcam_is_read_and_not_kept(page, server):
    page.get_by_role("button", name="Webcam").click()
    page.get_by_text("Click to Access Webcam").click()
    page.wait_for_function("document.querySelector('video').videoWidth > 0")
    page.get_by_role("button", name="capture photo").click()
    page.get_by_text("No face was found in this picture").wait_for()  # a test pattern
    assert kept(server) == 0


def test_a_port_that_is_in_use_is_reported(server):
    with pytest.raises(UserError, match=f"--port {server[0]}: cannot listen there"):
        app.serve(Page(None, None), "127.0.0.1", server[0])


def test_a_request_of_another_site_is_refused(server):
    request = urllib.request.Request(server[1], headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=SECONDS)
