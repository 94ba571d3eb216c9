"""report.py: what the page says about which files, and how it looks in a browser."""
import base64
import html.parser
import importlib.util
import io
import json
import os
import pathlib
import re
import shutil

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

import fer2013
from base import catalogue, files
from fer2013 import bundled
from figures import examples, style
from figures import page as page_of_the_report
from figures.shelf import Shelf
from tests.support import run

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
CONFUSION = np.diag([8] * 7).tolist()
CONFUSION[2][4] = 2  # two of ten fear faces are called sad
HOSTILE = "</td><script>alert('1')</script>\"&.png"


class Page(html.parser.HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self, path):
        super().__init__()
        self.source = path.read_text(encoding="utf-8")
        self.tags, self.text = [], ""
        self.feed(self.source)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        self.text += " " * (tag in ("td", "th"))

    def handle_data(self, data):
        self.text += data

    def images(self):
        return [attributes for tag, attributes in self.tags if tag == "img"]


def png(shade, size=(30, 20), record=None):
    """A picture that keeps a record as figures.style.save() does."""
    file, information = io.BytesIO(), PngInfo()
    if record:
        information.add_text("Description", json.dumps(record))
    Image.new("L", size, shade).save(file, "png", pnginfo=information)
    return file.getvalue()


def made_by(emotion, faces="data", **other):
    return {"explanations": {emotion: {
        "heading": f"true: {emotion} | predicted: {emotion} (0.91)",
        "probability": 0.91, "r2": 0.4321, "r2_pairs": 0.81, "stability": 0.8, "superpixels": 47,
        "division": "slic", "hidden": "blurred", "samples": 500, "seed": 3,
        "without": {"marked_hidden": 0.22, "random_hidden": 0.88, "only_marked": 0.77,
                    "all_hidden": 0.11, "called": "sad"},
        "notes": [HOSTILE], "model": "outputs/model.keras", "split": "test", "faces": faces,
        "command": f"python explain.py --label {emotion}"} | other}}


def evaluation():
    emotions = {name: {"precision": 0.5, "recall": 0.25, "f1": 0.333, "faces": 10.0}
                for name in fer2013.EMOTIONS}
    return {"accuracy": 0.7125, "accuracy_interval": [0.601, 0.802], "balanced_accuracy": 0.66,
            "macro_f1": 0.675, "expected_calibration_error": 0.0312,
            "accuracy_not_in_train": None, "faces": 70, "model": "elsewhere.keras",
            "data": "my data", "split": "validation",
            "measured_on": "my data, validation split", "confusion": CONFUSION,
            "command": "python evaluate.py --data 'my data' --seven",
            "emotions": emotions}


def training_run():
    return {
        "trained_on": "FER2013",
        "arguments": {"data": "my data", "epochs": 3, "seed": 0, "start_from": "", "fresh": False},
        "dataset": {"form": "CSV", "root": "my data",
                    "faces": {"train": fer2013.COUNTS["train"]}},
        "versions": {"keras": "3.15.1"}, "machine": "Linux, 2 cores", "best_epoch": 2,
        "best_val_accuracy": 0.655, "seconds": [50, 51, 49], "finished": False}


def write_outputs(folder):
    """A folder as the other programs leave it: some of each kind, and every emotion explained."""
    folder.mkdir(exist_ok=True)
    (folder / "model.keras").write_bytes(b"not read")
    records = {"run.json": training_run(), "evaluation.json": evaluation()}
    for name, record in records.items():
        (folder / name).write_text(json.dumps(record))
    (folder / "history.csv").write_text("epoch,val_accuracy\n1,0.5\n2,0.655\n3,0.65\n")
    (folder / "emotions_average.csv").write_text("emotion,faces,mouth,r2\nhappy,200,0.61,0.7\n")
    names = [*fer2013.EMOTIONS, "curves", "confusion_matrix", "reliability", "happy_compare"]
    for shade, name in enumerate(names):
        picture = png(10 * shade, size=(300, 100) if shade < 7 else (90, 100),
                      record=made_by(name) if shade < 7 else None)
        (folder / f"{name}.png").write_bytes(picture)
    examples.write(np.full((1, 48, 48), 7, np.uint8), [2], np.eye(7)[[4]], [HOSTILE],
                   folder / "confusion_examples.png", evaluation())
    (folder / "me & <you>.png").write_bytes(png(200))
    (folder / "drawn.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>')
    return folder


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    folder = write_outputs(tmp_path_factory.mktemp("outputs"))
    return folder, run("report.py", "--outputs", folder).stdout


@pytest.fixture(scope="module")
def page(outputs):
    return Page(outputs[0] / "report.html")


def contents(images):
    """The bytes of the pictures inside the page."""
    return {base64.b64decode(image["src"].split(",", 1)[1]) for image in images}


def test_the_page_holds_every_picture_byte_for_byte_with_an_alternative(outputs, page):
    images = page.images()
    pictures = {path.read_bytes() for path in outputs[0].iterdir()
                if path.suffix in (".png", ".svg") and "confusion_" not in path.name}
    assert contents(image for image in images if image.get("width") != "48") == pictures
    assert all(len(image["alt"]) > 15 for image in images)
    sizes = {(image["width"], image["height"]) for image in images if "width" in image}
    assert sizes == {("300", "100"), ("90", "100"), ("30", "20"), ("48", "48")}
    assert any("true: happy" in image["alt"] for image in images)


def test_nothing_comes_from_elsewhere(page):
    assert not {"script", "iframe", "object", "embed", "base"} & {tag for tag, _ in page.tags}
    addresses = [value for _, attributes in page.tags for name, value in attributes.items()
                 if name in ("src", "href")]
    assert all(re.match("data:|#", address) for address in addresses)
    assert "url(" not in page.source and "@import" not in page.source


def test_numbers_facts_and_commands_are_on_the_page(page):
    text = " ".join(page.text.split())
    for expected in ("71.2%", "0.031", "no such face", "28,709", "FER2013's own counts", "0.61",
                     "Of another model", "elsewhere.keras",
                     "2 of 3, the run is not finished; 65.5% on validation", "2.5 minutes",
                     "60.1% to 80.2%", "R² alone 0.43, with pairs 0.81",
                     "91% 22% 88% 77% 11% sad 0.43 0.81",
                     "python explain.py --label happy",
                     "python train.py --data 'my data' --epochs 3 --seed 0",
                     "python evaluate.py --data 'my data' --seven"):
        assert expected in text
    assert "--start-from" not in text and "--fresh" not in text


def test_the_name_of_a_picture_may_have_braces(tmp_path):
    Image.new("L", (8, 8)).save(tmp_path / "{a}.png")
    sections, _ = page_of_the_report.collect(Shelf(tmp_path))
    picture, = sections["others"]
    assert picture["heading"] == "{a}" and picture["caption"].startswith("{a}: a photograph")


@pytest.mark.parametrize(("data", "options"), [
    ("the bundled avatars", ""), ("the bundled composite faces", " --data data/composites"),
    ("data", ""), ("my data", " --data 'my data'")])
def test_commands_for_missing_figures_take_the_faces_that_were_measured(data, options, tmp_path):
    files.write_json(tmp_path / "evaluation.json", {"data": data})
    assert (Shelf(tmp_path).command("python explain.py")
            == f"python explain.py{options} --outputs {tmp_path}")


def test_the_training_command_is_one_that_the_shell_and_train_take():
    arguments = {"data": "my data", "teachers": ["a.keras", "my b.keras"], "seed": 0,
                 "fresh": True, "start_from": ""}
    expected = "python train.py --data 'my data' --teachers a.keras 'my b.keras' --seed 0 --fresh"
    assert page_of_the_report.training_command(arguments) == expected
    shorter = page_of_the_report.training_command({"teachers": [], "seed": 0})
    assert shorter == "python train.py --seed 0"


def test_names_are_escaped(page):
    assert HOSTILE not in page.source and HOSTILE in page.text
    assert "<you>" not in page.source and "me & <you>" in page.text


def test_missing_parts_are_named_with_their_command(outputs, page):
    text = " ".join(page.text.split())
    assert "Not made yet: mistakes. python explain.py --mistakes" in text
    assert "Not made yet: dataset. python dataset.py" in text
    others = " ".join(name for name in fer2013.EMOTIONS if name != "happy")
    assert f"python explain.py --compare --label {others} --data 'my data'" in text
    assert "Not made yet: explanations. python explain.py" in text
    assert "Not made yet: Average of each emotion. python explain.py --count 200" in text
    assert "Not made yet: curves" not in text
    assert "missing: mistakes; python explain.py --mistakes" in outputs[1]


def test_fer2013_faces_are_pointed_out_and_bundled_ones_are_not(page, tmp_path):
    assert "Do not publish this page" in page.text
    for faces in ("the bundled composite faces", "the bundled avatars, test split"):
        (tmp_path / "happy.png").write_bytes(png(0, record=made_by("happy", faces)))
        run("report.py", "--outputs", tmp_path)
        assert "Do not publish this page" not in Page(tmp_path / "report.html").text


def test_with_no_outputs_the_pretrained_model_has_its_own_pictures(tmp_path):
    result = run("report.py", "--outputs", tmp_path / "none")
    page = Page(tmp_path / "none" / "report.html")
    shipped = {path.read_bytes() for path in bundled.PRETRAINED.parent.glob("*.png")
               if path.stem != "confusion_matrix"}
    assert contents(page.images()) == shipped
    assert page.text.count("Shipped with the pretrained model") == len(shipped)
    measured = files.read_json(bundled.PRETRAINED.parent / "evaluation.json")
    text = " ".join(page.text.split())
    assert f"{measured['accuracy']:.1%} {measured['accuracy_interval'][0]:.1%} to" in text
    assert measured["command"] in text and "FER2013's PublicTest" in text
    assert "Not measured yet" not in text and "the pretrained one" in result.stdout


def test_a_picture_older_than_the_model_is_marked(tmp_path):
    folder = write_outputs(tmp_path)
    os.utime(folder / "happy.png", (1, 1))
    run("report.py", "--outputs", folder)
    assert Page(folder / "report.html").text.count("Older than the model beside it") == 1


@pytest.mark.parametrize(("name", "content", "expected"), [
    ("happy.png", b"no picture", "not a readable picture"),
    ("evaluation.json", b"{", "not readable as JSON"),
    ("history.csv", b"\xff\xfe", "not readable as CSV"),
])
def test_a_damaged_file_is_named_and_nothing_is_written(tmp_path, name, content, expected):
    folder = write_outputs(tmp_path)
    (folder / name).write_bytes(content)
    result = run("report.py", "--outputs", folder, check=False)
    assert result.returncode == 2 and f"{folder / name}: {expected}" in result.stderr
    assert len(result.stderr.splitlines()) == 1 and not (folder / "report.html").exists()


@pytest.mark.parametrize("name", ["run.json", "evaluation.json"])
def test_a_record_of_another_structure_is_refused_in_one_line(tmp_path, name):
    folder = write_outputs(tmp_path)
    (folder / name).write_text('{"emotions": {"happy": 1}, "dataset": 3, "happy": []}')
    result = run("report.py", "--outputs", folder, check=False)
    assert result.returncode == 2
    assert name in result.stderr and "make it again" in result.stderr
    assert len(result.stderr.splitlines()) == 1 and not (folder / "report.html").exists()


def test_values_of_another_kind_are_refused_and_odd_names_are_shown(tmp_path):
    folder = write_outputs(tmp_path / "o\udcff")  # not UTF-8
    run("report.py", "--outputs", folder)
    assert "\\udcff" in (folder / "report.html").read_text(encoding="utf-8")
    (folder / "evaluation.json").write_text(json.dumps(evaluation() | {"accuracy_interval": "ab"}))
    result = run("report.py", "--outputs", folder, check=False)
    assert result.returncode == 2 and "make it again" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_the_catalogue_knows_the_figures_of_the_programs():
    names = {"happy", "happy_average", "happy_compare", "emotions_average", "mistakes", "dataset",
             "curves"}
    assert names <= catalogue.taken(fer2013.EMOTIONS)


def identifiers(page):
    return [attributes["id"] for _, attributes in page.tags if "id" in attributes]


def test_every_link_leads_to_something_and_every_figure_has_an_address(page):
    targets = [attributes["href"][1:] for tag, attributes in page.tags if tag == "a"]
    found = identifiers(page)
    assert len(set(found)) == len(found) and set(targets) <= set(found)
    assert {f"figure-{name}" for name in (*fer2013.EMOTIONS, "curves", "confusion_matrix")} <= set(
        found)


def test_a_cell_of_the_confusion_matrix_leads_to_its_faces(page):
    assert "cell-fear-sad" in identifiers(page) and "cell-fear-happy" not in identifiers(page)
    text = " ".join(page.text.split())
    assert "fear called sad: 2 of 10 faces of my data, validation split" in text
    assert f"sad 100%: {HOSTILE}" in text and "fear called sad, 20% (2 faces)" in text


def test_a_pdf_is_linked_with_its_own_record(tmp_path):
    style.save(Figure(), tmp_path / "happy.pdf", made_by("happy", r2=0.77))
    run("report.py", "--outputs", tmp_path)
    page = Page(tmp_path / "report.html")
    assert ("a", {"href": "happy.pdf"}) in page.tags and "R² alone 0.77" in page.text
    assert "Not made yet: happy" not in page.text and "sad, surprise, neutral" in page.text


def test_the_newest_picture_is_shown_with_its_own_numbers(tmp_path):
    style.save(Figure(), tmp_path / "happy.png", made_by("happy", r2=0.11))
    style.save(Figure(), tmp_path / "happy.svg", made_by("happy", r2=0.22))
    os.utime(tmp_path / "happy.png", (1, 1))
    run("report.py", "--outputs", tmp_path)
    page = Page(tmp_path / "report.html")
    assert (tmp_path / "happy.svg").read_bytes() in contents(page.images())
    assert "R² alone 0.22" in page.text and "R² alone 0.11" not in page.text


# In a browser

@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="needs Playwright: pip install playwright")
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=[(360, "light"), (360, "dark"), (1200, "light"), (1200, "dark")], ids=str)
def shown(request, browser, outputs):
    """The open page on a phone and a large screen, light and dark.

    Afterwards, its console must be empty, and it must have fetched nothing from elsewhere.
    """
    width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    page, errors, requested = context.new_page(), [], []
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: requested.append(request.url))
    page.goto((outputs[0] / "report.html").as_uri())
    yield page
    context.close()
    assert errors == []
    assert [url for url in requested if not url.startswith(("file:", "data:"))] == []


def open_details(page):
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    page.get_by_text("Show the examples of every cell").click()


def test_a_cell_shows_its_faces_and_a_picture_fills_the_screen_without_script(shown):
    faces = shown.locator("#cell-fear-sad")
    assert not faces.is_visible()
    shown.get_by_role("link", name="2 fear faces called sad").click()
    assert faces.is_visible() and faces.locator("img").bounding_box()["width"] == 96
    shown.get_by_role("link", name="Enlarge curves.png").click()
    box = shown.locator("#figure-curves-large").bounding_box()
    assert (box["x"], box["y"], box["height"]) == (0, 0, 800)
    shown.locator("#figure-curves-large").get_by_text("Close").click()
    assert shown.locator("#figure-curves-large").bounding_box()["height"] < 800


def test_the_navigation_stays_in_sight(shown):
    shown.get_by_role("link", name="Commands", exact=True).click()
    shown.wait_for_function("scrollY > 500")
    assert shown.get_by_role("navigation").bounding_box()["y"] == 0


def test_no_printed_page_is_blank(shown, tmp_path):
    pdfium = pytest.importorskip("pypdfium2", reason="needs pypdfium2: requirements-dev.txt")
    shown.pdf(path=tmp_path / "a.pdf", prefer_css_page_size=True, print_background=True)
    with pdfium.PdfDocument(tmp_path / "a.pdf") as document:
        pages = [np.asarray(page.render().to_pil().convert("L")) for page in document]
    assert len(pages) > 2 and min(page.std() for page in pages) > 5


def test_it_fits_the_screen_and_every_picture_is_shown(shown, page):
    open_details(shown)
    assert shown.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    sizes = shown.locator("img").evaluate_all(
        "all => all.map(one => [one.naturalWidth, one.clientHeight])")
    assert len(sizes) == len(page.images()) and all(min(size) > 0 for size in sizes)


def test_axe_finds_no_violation(shown):
    package = importlib.util.find_spec("axe_playwright_python")
    if package is None:
        pytest.skip("needs axe-core: pip install axe-playwright-python")
    open_details(shown)
    script = pathlib.Path(package.submodule_search_locations[0], "axe.min.js")
    shown.add_script_tag(content=script.read_text())
    result = shown.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert len(result["passes"]) > 20
    assert [(rule["id"], [node["html"][:200] for node in rule["nodes"]])
            for rule in result["violations"]] == []
