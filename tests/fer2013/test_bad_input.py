"""Generated bad input: every file loads correctly or is refused with one line, a UserError.

The dataset is two faces of noise. `BAD_INPUT_CASES=500 pytest tests/fer2013/test_bad_input.py`
tries more cases of each kind.
"""
import collections
import functools
import io
import os
import pathlib
import stat
import struct
import subprocess
import sys
import tarfile
import tempfile
import warnings
import zipfile
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import fer2013
from base.errors import UserError
from fer2013 import images, sources, tables
from tests.support import ROOT

settings.register_profile("bad input", max_examples=int(os.environ.get("BAD_INPUT_CASES", 12)),
                          deadline=None, database=None,
                          derandomize="BAD_INPUT_CASES" not in os.environ,
                          suppress_health_check=list(HealthCheck))
settings.load_profile("bad input")

PIXELS = np.random.default_rng(0).integers(0, 256, (2, 48, 48), dtype=np.uint8)
LABELS = (3, 6)
EMOTIONS = ("happy", "neutral")
TEXTS = [" ".join(map(str, face.ravel())) for face in PIXELS]
ORDERS = {  # the columns of the challenge, of its re-issue, and with another one at the end
    "fer2013.csv": ("emotion,pixels,Usage", "{label},{pixels},Training"),
    "icml_face_data.csv": ("emotion, Usage, pixels", "{label},Training,{pixels}"),
    "more columns": ("Usage,pixels,emotion,id", "Training,{pixels},{label},7"),
}
BYTES = st.binary(min_size=1, max_size=60)
outcomes = collections.Counter()  # {(kind, "loaded" or "refused"): cases}, for the benchmark


def table(order, end="\n"):
    """The bytes of a CSV of the two faces."""
    header, row = ORDERS[order]
    rows = [row.format(label=label, pixels=text) for label, text in zip(LABELS, TEXTS, strict=True)]
    return end.join((header, *rows, "")).encode()


def try_load(kind, path):
    """Pixels and labels of train, or None after a UserError; any other error fails the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            faces = fer2013.open(path).split("train")
            pixels, labels = faces.pixels, faces.labels
        except UserError as error:
            assert str(error).isprintable() and str(error).startswith(str(path))
            outcomes[kind, "refused"] += 1
            return None
    assert pixels.shape == (len(labels), 48, 48) and pixels.dtype == labels.dtype == np.uint8
    outcomes[kind, "loaded"] += 1
    return pixels, labels


def try_bytes(kind, content, suffix=".csv"):
    """What try_load() returns for a file with this content."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, f"t{suffix}")
        path.write_bytes(content)
        return try_load(kind, path)


def assert_first_faces(loaded):
    """The loaded faces, if any, are the first ones that were written, with their labels."""
    if loaded is not None:
        pixels, labels = loaded
        np.testing.assert_array_equal(pixels, PIXELS[:len(labels)])
        assert tuple(labels) == LABELS[:len(labels)]


def damaged(content, edits):
    """`content` with bytes overwritten: edits are (relative position from 0 to 1, bytes)."""
    changed = bytearray(content)
    for position, replacement in edits:
        start = int(position * len(content))
        changed[start:start + len(replacement)] = replacement
    return bytes(changed)


EDITS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), BYTES), min_size=1, max_size=4)


# CSV


@given(st.sampled_from(sorted(ORDERS)), st.sampled_from(["\n", "\r\n"]), st.floats(0, 1),
       st.booleans())
def test_a_csv_cut_at_any_byte_gives_whole_faces_or_one_line(order, end, position, near_the_end):
    whole = table(order, end)
    keep = len(whole) - int(position * 40) if near_the_end else int(position * len(whole))
    loaded = try_bytes("CSV, cut", whole[:keep])
    assert_first_faces(loaded)
    if whole[:keep].endswith(b"\n") and whole[:keep].count(b"\n") > 1:
        assert loaded is not None and len(loaded[1]) == whole[:keep].count(b"\n") - 1


@given(st.sampled_from(sorted(ORDERS)), EDITS)
def test_a_csv_with_bytes_overwritten_loads_or_is_refused(order, edits):
    try_bytes("CSV, bytes overwritten", damaged(table(order), edits))


@given(st.binary(max_size=3000),
       st.sampled_from([b"", b"emotion,pixels,Usage\n", b"emotion,pixels,Usage\n3,"]))
def test_random_bytes_are_refused_as_a_csv(content, start):
    assert try_bytes("CSV, random bytes", start + content) is None


WRITINGS = {  # how another program may write the same table
    "BOM": lambda text: "\ufeff" + text,
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CR": lambda text: text.replace("\n", "\r"),
    "no final newline": lambda text: text.removesuffix("\n"),
    "quotes": lambda text: "\n".join(",".join(f'"{cell}"' for cell in line.split(","))
                                     for line in text.split("\n") if line) + "\n",
    "blank lines": lambda text: text.replace("\n", "\n\n") + "\n",
    "spaces": lambda text: text.replace(",", " , "),
    "semicolons": lambda text: text.replace(",", ";"),
    "tabs": lambda text: text.replace(",", "\t"),
    "a huge field": lambda text: f"{text}\n3,{'7 ' * 80_000},Training\n",
    "an unclosed quote": lambda text: f'{text}\n"3,{TEXTS[0]},Training\n',
    "another column": lambda text: "\n".join(f"{line},é"
                                             for line in text.split("\n") if line) + "\n",
}
REFUSED = {"a huge field", "an unclosed quote"}


@given(st.sampled_from(sorted(ORDERS)),
       st.lists(st.sampled_from(sorted(WRITINGS)), unique=True, max_size=4),
       st.sampled_from(["utf-8", "latin-1", "utf-16"]))
def test_a_csv_of_another_program_is_read_correctly_or_refused(order, writings, encoding):
    text = table(order).decode()
    for name in sorted(writings, key=REFUSED.__contains__):  # those that are refused last
        text = WRITINGS[name](text)
    loaded = try_bytes("CSV, other writings", text.encode(encoding, "replace"))
    if REFUSED & set(writings):
        assert loaded is None
    assert_first_faces(loaded)
    if loaded is not None:
        assert len(loaded[1]) == 2


GOOD_ROWS = st.tuples(st.sampled_from("0123456"), st.sampled_from(TEXTS), st.just("Training"))
CELLS = st.one_of(st.sampled_from(["3", "7", "-1", "3.0", "", "Training", "Test", *TEXTS]),
                  st.text(max_size=20))


@given(st.lists(GOOD_ROWS, max_size=3), st.lists(CELLS, max_size=5), st.booleans())
def test_a_row_of_any_cells_leaves_the_good_rows_as_they_are(rows, cells, first):
    lines = [",".join(row) for row in rows]
    lines.insert(0 if first else len(lines), ",".join(cells))
    content = "\n".join(("emotion,pixels,Usage", *lines)).encode("utf-8", "surrogatepass")
    loaded = try_bytes("CSV, any cells in a row", content)
    if loaded is not None and not "".join(cells).strip("\r\n"):
        assert list(map(str, loaded[1])) == [label for label, _, _ in rows]
        expected = [PIXELS[TEXTS.index(text)] for _, text, _ in rows]
        np.testing.assert_array_equal(loaded[0], expected)


# Images


def gradient(mode):
    """A grey ramp in one of Pillow's modes, larger than 48x48."""
    ramp = np.linspace(0, 255, 60 * 50).reshape(60, 50).astype(np.uint8)
    if mode == "I;16":
        return Image.fromarray(ramp.astype(np.uint16) * 257)
    return Image.fromarray(ramp).convert(mode)


def written(picture, form, **options):
    """The bytes of a picture in a file format."""
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def animation(form):
    second = Image.new("L", (50, 60), 9)
    return written(gradient("L"), form, save_all=True, append_images=[second])


IMAGES = {f"{form} {mode}": written(gradient(mode), form, **options) for form, mode, options in (
    ("PNG", "L", {}), ("PNG", "1", {}), ("PNG", "P", {}), ("PNG", "LA", {}), ("PNG", "RGB", {}),
    ("PNG", "RGBA", {}), ("PNG", "I;16", {}), ("JPEG", "L", {}), ("JPEG", "RGB", {}),
    ("JPEG", "CMYK", {}), ("BMP", "L", {}), ("BMP", "RGB", {}), ("GIF", "L", {}), ("PPM", "L", {}),
    ("TIFF", "L", {}), ("TIFF", "I;16", {}), ("TIFF", "CMYK", {}),
    ("TIFF", "RGB", {"compression": "tiff_lzw"}), ("WEBP", "RGB", {"lossless": True}),
    ("WEBP", "RGBA", {"lossless": True}))}
IMAGES |= {f"{form} animated": animation(form) for form in ("PNG", "GIF", "WEBP")}
IMAGES |= {f"{form} 48x48": written(Image.fromarray(PIXELS[0]), form) for form in ("PNG", "JPEG")}


def try_image(kind, content, zipped=False):
    """The face that is loaded from an image's bytes, in folders or in a .zip; None if refused."""
    with tempfile.TemporaryDirectory() as folder:
        if zipped:
            path = pathlib.Path(folder, "t.zip")
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("train/happy/face", content)
        else:
            path = pathlib.Path(folder)
            (path / "train" / "happy").mkdir(parents=True)
            (path / "train" / "happy" / "face").write_bytes(content)
        loaded = try_load(kind, path)
    return None if loaded is None else loaded[0][0]


@functools.cache
def whole_image(name):
    return try_image("images, whole", IMAGES[name])


@pytest.mark.parametrize("name", IMAGES)
def test_every_kind_of_image_shows_what_was_drawn(name):
    face = whole_image(name)
    if "48x48" not in name:
        drawn = gradient("L").resize((48, 48), Image.Resampling.BILINEAR)
        drawn = np.asarray(drawn).astype(int)
        assert np.corrcoef(face.ravel(), drawn.ravel())[0, 1] > (0.8 if name == "PNG 1" else 0.99)
        assert abs(face.mean() - drawn.mean()) < 6


@given(st.sampled_from(sorted(IMAGES)), st.floats(0, 1, exclude_max=True), st.booleans())
def test_an_image_cut_at_any_byte_is_the_same_picture_or_refused(name, position, zipped):
    whole = IMAGES[name]
    face = try_image("images, cut", whole[:int(position * len(whole))], zipped)
    if face is not None:
        np.testing.assert_array_equal(face, whole_image(name))


@given(st.sampled_from(sorted(IMAGES)), EDITS, st.booleans())
def test_an_image_with_bytes_overwritten_loads_or_is_refused(name, edits, zipped):
    face = try_image("images, bytes overwritten", damaged(IMAGES[name], edits), zipped)
    if face is not None and name.startswith("PNG"):  # the only one of these formats with checksums
        np.testing.assert_array_equal(face, whole_image(name))


@given(st.binary(max_size=500), st.sampled_from([0, 2, 4, 8, 16, 40]),
       st.sampled_from(sorted(IMAGES)))
def test_random_bytes_after_the_start_of_an_image_load_or_are_refused(content, kept, name):
    try_image("images, random bytes", IMAGES[name][:kept] + content)


# .zip


NAMES = st.one_of(
    st.sampled_from(["train/happy/a.png", "/train/happy/a.png", "../train/happy/a.png",
                     "x/../train/happy/a.png", "train/happy/", "train/bored/a.png", "fer2013.csv",
                     "a/fer2013.csv", "train\\happy\\a.png", "train/happy/\n.png",
                     "a/b/c/d/train/happy/a.png", "__MACOSX/train/happy/._a.png"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12))
CONTENTS = st.sampled_from([b"", b"?", IMAGES["PNG 48x48"], IMAGES["JPEG 48x48"],
                            table("fer2013.csv")])
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


def zip_bytes(members):
    """The bytes of a .zip; members: (name, content, compression method, Unix mode) of each file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about names that occur twice
        for name, content, method, mode in members:
            member = zipfile.ZipInfo(name)
            member.external_attr = mode << 16
            archive.writestr(member, content, method)
    return buffer.getvalue()


ANY_MEMBERS = st.tuples(NAMES, CONTENTS, st.sampled_from(METHODS),
                        st.sampled_from([0, stat.S_IFREG | 0o644, stat.S_IFLNK | 0o777]))
GOOD_MEMBER = ("train/happy/1.png", IMAGES["PNG 48x48"], zipfile.ZIP_DEFLATED, 0)


@given(st.lists(ANY_MEMBERS, max_size=3), st.booleans())
def test_a_zip_of_any_names_and_contents_loads_or_is_refused(members, with_good_member):
    members = members + [GOOD_MEMBER] * with_good_member
    loaded = try_bytes("zip, any names", zip_bytes(members), ".zip")
    if loaded is not None:
        assert not any(name.startswith("/") or ".." in name.split("/") for name, *_ in members)


IMAGE_MEMBERS = [(f"train/{emotion}/{number}.png", written(Image.fromarray(face), "PNG"), 8, 0)
                 for number, (emotion, face) in enumerate(zip(EMOTIONS, PIXELS, strict=True))]
ARCHIVES = [zip_bytes(IMAGE_MEMBERS), zip_bytes([("fer2013.csv", table("fer2013.csv"), 8, 0)])]


@given(st.sampled_from(ARCHIVES), st.floats(0, 1, exclude_max=True))
def test_a_zip_cut_at_any_byte_is_refused(archive, position):
    assert try_bytes("zip, cut", archive[:int(position * len(archive))], ".zip") is None


@given(st.sampled_from(ARCHIVES), EDITS, st.booleans())
def test_a_zip_with_bytes_overwritten_gives_the_same_faces_or_one_line(
        archive, edits, in_directory):
    if in_directory:  # edit only the list of files at the end, which is small
        start = archive.index(b"PK\x01\x02")
        archive = archive[:start] + damaged(archive[start:], edits)
    else:
        archive = damaged(archive, edits)
    loaded = try_bytes("zip, bytes overwritten", archive, ".zip")
    if loaded is not None:  # a flag may have changed, but no picture and no name
        assert len(loaded[1]) == 2
        assert_first_faces(loaded)


# .tar


def tar_bytes(compression):
    """The bytes of a .tar of the two faces as images, which have checksums."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=f"w:{compression}") as archive:
        for name, content, *_ in IMAGE_MEMBERS:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


TARS = {".tar": tar_bytes(""), ".tar.gz": tar_bytes("gz")}


@given(st.sampled_from(sorted(TARS)), st.floats(0, 1, exclude_max=True))
def test_a_tar_cut_at_any_byte_has_all_faces_or_is_refused(suffix, position):
    whole = TARS[suffix]
    loaded = try_bytes("tar, cut", whole[:int(position * len(whole))], suffix)
    if loaded is not None:  # only the zeros at its end are missing
        assert len(loaded[1]) == 2
        assert_first_faces(loaded)


@given(st.sampled_from(sorted(TARS)), EDITS)
def test_a_tar_with_bytes_overwritten_gives_the_same_faces_or_one_line(suffix, edits):
    loaded = try_bytes("tar, bytes overwritten", damaged(TARS[suffix], edits), suffix)
    if loaded is not None:
        assert len(loaded[1]) == 2
        assert_first_faces(loaded)


# Folders


FOLDER_NAMES = st.sampled_from(["train", "val", "validation", "test", "happy", "neutral", "bored",
                                ".git", "a"])
FILE_NAMES = st.sampled_from(["1.png", "fer2013.csv", "a.zip", "Thumbs.db"])
THINGS = st.sampled_from(["image", "broken", "csv", "zip", "link up", "dead link", "pipe",
                          "folder"])


def put(path, thing):
    """Create a file, a link, a pipe or a folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if thing == "pipe":
        os.mkfifo(path)
    elif thing == "folder":
        path.mkdir()
    elif thing.endswith("link") or thing == "link up":
        path.symlink_to(".." if thing == "link up" else "nowhere")
    else:
        contents = {"image": IMAGES["PNG 48x48"], "broken": b"?", "csv": table("fer2013.csv"),
                    "zip": ARCHIVES[0]}
        path.write_bytes(contents[thing])


@given(st.lists(st.tuples(st.lists(FOLDER_NAMES, min_size=1, max_size=4), FILE_NAMES, THINGS),
                max_size=5))
def test_a_directory_of_anything_loads_or_is_refused(things):
    with tempfile.TemporaryDirectory() as folder:
        for folders, name, thing in things:
            path = pathlib.Path(folder, *folders, name)
            if not path.exists() and not path.is_symlink():
                put(path, thing)
        loaded = try_load("folders of anything", pathlib.Path(folder))
    if loaded is not None:
        assert all(any(np.array_equal(face, known) for known in PIXELS) for face in loaded[0])


# Known answers


def error_of(path):
    """The message with which loading fails."""
    with pytest.raises(UserError) as error:
        fer2013.open(path).split("train")
    return str(error.value)


def put_image(folder, content):
    (folder / "train" / "happy").mkdir(parents=True, exist_ok=True)
    (folder / "train" / "happy" / "a").write_bytes(content)
    return folder


def face_of(folder, content):
    """uint8 (48, 48): the face that is loaded from an image's bytes."""
    return fer2013.open(put_image(folder, content)).split("train").pixels[0]


def test_sixteen_bits_keep_their_greys(tmp_path):
    stripes = np.repeat(np.uint16([0, 257, 25_700, 65_535]), 12 * 48).reshape(48, 48)
    face = face_of(tmp_path, written(Image.fromarray(stripes), "PNG"))
    assert face[::12, 0].tolist() == [0, 1, 100, 255]


def test_transparent_parts_get_a_white_background(tmp_path):
    for mode, colour in (("RGBA", (0, 0, 0)), ("LA", (0,))):
        picture = Image.new(mode, (48, 48), (*colour, 0))
        picture.paste((*colour, 255), (0, 0, 48, 16))
        picture.paste((*colour, 128), (0, 16, 48, 32))
        assert face_of(tmp_path, written(picture, "PNG"))[::16, 0].tolist() == [0, 127, 255]
    grey = Image.new("L", (48, 48), 7)
    assert (face_of(tmp_path, written(grey, "PNG", transparency=7)) == 255).all()


def test_the_first_picture_of_an_animation_is_used(tmp_path):
    frames = [Image.new("L", (48, 48), grey) for grey in (40, 200)]
    for form in ("GIF", "PNG", "TIFF"):
        content = written(frames[0], form, save_all=True, append_images=frames[1:])
        assert (face_of(tmp_path, content) == 40).all()


def test_a_photograph_is_turned_upright(tmp_path):
    sideways = np.zeros((48, 48), np.uint8)
    sideways[:, 24:] = 255  # the right side of the sensor is up
    exif = Image.Exif()
    exif[0x0112] = 8  # orientation: a quarter turn to the left
    face = face_of(tmp_path, written(Image.fromarray(sideways), "JPEG", exif=exif))
    assert face[:20].min() > 200 and face[28:].max() < 50


def test_32_bits_are_refused_because_white_is_unknown(tmp_path):
    for mode in ("I", "F"):
        put_image(tmp_path, written(Image.new(mode, (48, 48), 9), "TIFF"))
        assert "with a sign or as fractions do not define white" in error_of(tmp_path)


@pytest.mark.parametrize(("members", "expected"), [
    ([("../train/happy/a.png", b"", 0, 0)], "'../train/happy/a.png' points outside the zip file"),
    ([("/train/happy/a.png", b"", 0, 0)], "'/train/happy/a.png' points outside the zip file"),
    ([("train/happy/a.png", b"", 0, 0)] * 2, "'train/happy/a.png' is in the zip file twice"),
    ([("train/happy/a.png", IMAGES["PNG L"], zipfile.ZIP_BZIP2, 0)], "neither stored nor deflated"),
    ([("fer2013.csv", table("fer2013.csv"), zipfile.ZIP_LZMA, 0)], "neither stored nor deflated"),
], ids=["..", "absolute", "twice", "bzip2", "lzma"])
def test_a_zip_that_no_ordinary_program_writes_is_refused(members, expected, tmp_path):
    (tmp_path / "t.zip").write_bytes(zip_bytes(members))
    assert expected in error_of(tmp_path / "t.zip")


def test_a_link_to_a_parent_folder_is_not_followed(tmp_path):
    put_image(tmp_path, IMAGES["PNG 48x48"])
    (tmp_path / "train" / "again").symlink_to(tmp_path)
    (tmp_path / "train" / "happy" / "here").symlink_to(".")
    assert sources.list_files(tmp_path) == ("train/happy/a",)


def test_a_png_with_one_wrong_byte_in_its_pixels_is_refused(tmp_path):
    content = IMAGES["PNG L"]
    start = content.index(b"IDAT") + 4
    for index in range(start, content.index(b"IEND") - 8, 25):
        put_image(tmp_path, content[:index] + bytes([content[index] ^ 1]) + content[index + 1:])
        assert "not a readable image" in error_of(tmp_path)


def test_damaged_tiffs_print_nothing_but_the_error(tmp_path):
    content = IMAGES["TIFF RGB"]
    tag = content.index(struct.pack("<HHI", 277, 3, 1))  # samples per pixel
    damages = {"libtiff": damaged(content, [(0.3, b"\xff" * 40)]),
               "Pillow": content[:tag + 8] + struct.pack("<H", 41_984) + content[tag + 10:]}
    for name, damage in damages.items():
        put_image(tmp_path / name, damage)
    paths = [tmp_path / name for name in damages]
    result = load_all(paths)
    assert result.stdout.count("not a readable image") == 2 and result.stderr == ""


def test_more_faces_than_fit_into_memory_are_refused(tmp_path, monkeypatch):
    for module in (tables, images):
        monkeypatch.setattr(module, "MOST_FACES", 1)
    (tmp_path / "t.csv").write_bytes(table("fer2013.csv"))
    assert "more than 1 lines" in error_of(tmp_path / "t.csv")
    (tmp_path / "t.zip").write_bytes(ARCHIVES[0])
    put_image(tmp_path, IMAGES["PNG 48x48"])
    (tmp_path / "train" / "happy" / "b").write_bytes(IMAGES["PNG 48x48"])
    assert "more than 1 faces in train" in error_of(tmp_path)


# Bombs


LOAD_ALL = """
import sys
import fer2013
from base.errors import UserError
for path in sys.argv[1:]:
    try:
        fer2013.open(path).split("train")
    except UserError as error:
        print(error)
"""


def load_all(paths, code=LOAD_ALL):
    """Load train from each path in a new process, which prints the errors."""
    return subprocess.run([sys.executable, "-c", code, *paths], capture_output=True, text=True,
                          cwd=ROOT)


def deflated_zeros(mebibytes):
    """A deflate stream of that many MiB of zeros, made quickly by repeating one MiB's block."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * mebibytes + b"\x03\x00"


def bomb(name, declared, mebibytes=3000):
    """A .zip with a file that declares a size of `declared` bytes and unpacks to another size."""
    content = bytearray(zip_bytes([(name, deflated_zeros(mebibytes), 0, 0)]))
    for signature, method, size in ((b"PK\x03\x04", 8, 22), (b"PK\x01\x02", 10, 24)):
        start = content.index(signature)
        content[start + method:start + method + 2] = struct.pack("<H", zipfile.ZIP_DEFLATED)
        content[start + size:start + size + 4] = struct.pack("<I", declared)
    return bytes(content)


def large_image(width, height):
    """A PNG of one bit per pixel that declares a large size and contains almost no data."""
    def chunk(name, data):
        checksum = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + checksum

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")


BOMBS = {  # name of the file, its content, and a part of the error message
    "an image of 3 GB":
        ("a.zip", bomb("train/happy/a.png", 3000 * 2**20), "more than 67,108,864 bytes"),
    "an image of 3 GB that declares 1 kB":
        ("a.zip", bomb("train/happy/a.png", 1000), "not a readable image"),
    "a CSV of 3 GB without a line end":
        ("a.zip", bomb("fer2013.csv", 3000 * 2**20), "more than 131,072 characters"),
    "a CSV that declares 4 GB":
        ("a.zip", bomb("fer2013.csv", 2**32 - 2, 1), "more than 131,072 characters"),
    "an image of 30,000 x 30,000":
        ("train/happy/a.png", large_image(30_000, 30_000), "pixels"),
    "an image of 5,001 x 5,000":
        ("train/happy/a.png", large_image(5001, 5000), "5,001 x 5,000 pixels; expected 25,000"),
    "a CSV without a line end":
        ("fer2013.csv", table("fer2013.csv") + bytes(2**21), "more than 131,072 characters"),
}
MEMORY = pathlib.Path("/proc/self/status")  # ru_maxrss would include the memory of pytest
PRINT_PEAK = f"print(open('{MEMORY}').read().split('VmHWM:')[1].split()[0])"  # in kB


@pytest.mark.skipif(not MEMORY.exists(), reason="needs Linux to measure the peak memory")
def test_a_bomb_is_refused_in_little_memory(tmp_path):
    for number, (name, content, _) in enumerate(BOMBS.values()):
        path = tmp_path / str(number) / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    paths = [tmp_path / str(number) for number in range(len(BOMBS))]
    result = load_all(paths, LOAD_ALL + PRINT_PEAK)
    *lines, peak = result.stdout.splitlines()
    assert result.returncode == 0 and result.stderr == ""
    for line, (case, (_, _, expected)) in zip(lines, BOMBS.items(), strict=True):
        assert expected in line, case
    assert int(peak) < 600_000, "kB"
