"""Generated damage: every file is read as it was written, or refused in one line that names it."""
import io
import pathlib
import tempfile
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import fer2013
import model
from base.errors import UserError
from networks.network import open_network
from photographs import finding

quick = settings(max_examples=12, deadline=None, database=None, derandomize=True,
                 suppress_health_check=list(HealthCheck))
quicker = settings(quick, max_examples=6)  # models, which take longer to read
FACES = np.random.default_rng(0).integers(0, 256, (2, 48, 48), dtype=np.uint8)
LABELS = (3, 6)
CSV = "emotion,pixels,Usage\n" + "".join(
    f"{label},{' '.join(map(str, face.ravel()))},Training\n"
    for label, face in zip(LABELS, FACES, strict=True))
EDITS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=60)),
                 min_size=1, max_size=4)  # (relative place, bytes that are written over)
PLACES = st.floats(0, 1, exclude_max=True)


def read(function, content, name):
    """What a function reads from a file with this content; None after a UserError of one line."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, name)
        path.write_bytes(content)
        try:
            return function(path)
        except UserError as error:
            assert name in str(error) and str(error).isprintable()
            return None


def damaged(content, edits):
    """The content with bytes overwritten."""
    changed = bytearray(content)
    for place, replacement in edits:
        start = int(place * len(content))
        changed[start:start + len(replacement)] = replacement
    return bytes(changed)


def faces_of(path):
    return fer2013.open(path).split("train")


def picture(form):
    """The bytes of a picture of the first face."""
    stream = io.BytesIO()
    Image.fromarray(FACES[0]).save(stream, form)
    return stream.getvalue()


def archive():
    """The bytes of a .zip of folders with a face of each split."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as opened:
        for split in ("train", "validation", "test"):
            opened.writestr(f"{split}/happy/a.png", picture("PNG"))
    return stream.getvalue()


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """The path of a small network, as train.py writes it."""
    path = tmp_path_factory.mktemp("network") / "small.keras"
    model.build_model(filters=(4, 4, 4, 4), hidden=8, seed=0).save(path)
    return path


@quick
@given(PLACES)
def test_a_table_that_is_cut_off_gives_its_first_faces_or_a_line(place):
    found = read(faces_of, CSV.encode()[:int(place * len(CSV))], "fer2013.csv")
    if found is not None:
        np.testing.assert_array_equal(found.pixels, FACES[:len(found)])
        assert tuple(found.labels) == LABELS[:len(found)]


@quick
@given(EDITS)
def test_a_damaged_zip_gives_whole_faces_or_a_line(edits):
    found = read(faces_of, damaged(archive(), edits), "faces.zip")
    if found is not None and len(found):
        np.testing.assert_array_equal(found.pixels, FACES[:1])


@quick
@given(EDITS, st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"]))
def test_a_damaged_photograph_is_read_or_a_line(edits, form):
    found = read(finding.read, damaged(picture(form), edits), f"me.{form.lower()}")
    assert found is None or found.dtype == np.uint8


@quicker
@given(EDITS)
def test_a_damaged_model_is_the_same_or_a_line(network, edits):
    content = network.read_bytes()
    found = read(open_network, damaged(content, edits), "theirs.keras")
    if found is not None:
        np.testing.assert_array_equal(found.predict(FACES), open_network(network).predict(FACES))


@quicker
@given(PLACES, st.sampled_from([".keras", ".h5", ".tflite", ".onnx"]))
def test_a_model_that_is_cut_off_is_a_line(network, place, suffix):
    content = network.read_bytes()
    assert read(open_network, content[:int(place * len(content))], f"theirs{suffix}") is None
