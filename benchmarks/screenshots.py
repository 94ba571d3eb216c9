"""Take the screenshots in the documentation: docs/report.png and examples/app.png.

    python -m benchmarks.screenshots

Makes the report of the included model, starts app.py, and takes a screenshot of both pages in
headless Chromium. Needs requirements-app.txt, Playwright (requirements-dev.txt) and Chromium.
"""
import contextlib
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile

from base import command_line
from base.errors import UserError
from benchmarks.results import HERE

ROOT = HERE.parent
PORTRAIT = ROOT / "examples" / "eileen_collins.jpg"
SECONDS = 120  # longest time until the page shows an explanation, on a busy machine


def main():
    command_line.parser(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        report = make_report(pathlib.Path(folder))
        screenshot(chromium, report.as_uri(), ROOT / "docs" / "report.png", dark=True)
        with app(folder) as address:
            screenshot(chromium, address, ROOT / "examples" / "app.png", explain)


@contextlib.contextmanager
def browser():
    """Headless Chromium; UserError if it or Playwright is not installed."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise UserError(
            f"needs Playwright ({error}); pip install -r requirements-dev.txt") from None
    if path is None:
        raise UserError("needs Chromium; install the package chromium of your system")
    with sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=path, args=["--no-sandbox"])


def make_report(folder):
    """Write the report of a fresh clone, with explanations of the composites; returns its path."""
    for command in (["explain.py", "--data", "data/composites"], ["report.py"]):
        subprocess.run([sys.executable, *command, "--outputs", folder], cwd=ROOT, check=True)
    return folder / "report.html"


@contextlib.contextmanager
def app(folder):
    """The address of a running app.py with the included model."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, "app.py", "--port", str(port), "--outputs", folder],
                              cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        server.stdout.readline()  # it prints its address when it listens
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def screenshot(chromium, address, path, prepare=None, dark=False):
    """Save a screenshot of the page at `address`, after the function `prepare` of the page."""
    page = chromium.new_page(viewport={"width": 1280, "height": 860},
                             color_scheme="dark" if dark else "light")
    page.set_default_timeout(SECONDS * 1000)
    page.goto(address, wait_until="domcontentloaded")
    if prepare:
        prepare(page)
    page.screenshot(path=path)
    page.close()


def explain(page):
    """Upload the portrait and wait for its explanation."""
    page.locator("input[type=file]").first.set_input_files(PORTRAIT)
    page.get_by_role("button", name="Explain").click()
    page.locator(".figures").wait_for()  # beside the last of the seven emotions


if __name__ == "__main__":
    command_line.run(main)
