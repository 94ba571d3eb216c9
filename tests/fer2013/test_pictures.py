"""Each kind of picture file is read rightly, or refused with the true reason."""
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from fer2013 import pictures

GREYS = (0, 100, 200, 255)  # of the four columns of every test picture, in 8 bits


def decode(content):
    return np.asarray(pictures.decode(io.BytesIO(content), 10_000))


def written(picture, form, **options):
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def columns(white=255):
    """(2, 4): the test picture with white at `white`."""
    return np.round(np.array([GREYS, GREYS]) * white / 255).astype(np.int64)


def tiff(bits, photometric, data, sample_format=1):
    """A grey TIFF of 4 x 2 pixels without compression."""
    tags = ((256, 4), (257, 2), (258, bits), (259, 1), (262, photometric), (273, 122), (277, 1),
            (278, 2), (279, len(data)), (339, sample_format))  # ten entries end before byte 134
    entries = b"".join(struct.pack("<HHIHH", tag, 3, 1, value if tag != 273 else 134, 0)
                       for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + b"\0" * 4 + data


def png(depth, colour, rows, size=(4, 2), interlaced=0, extra=()):
    """A PNG of these bytes of rows, each with its filter byte."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, interlaced)), *extra,
              (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks)


def test_a_tiff_whose_white_is_unknown_is_refused():
    for content in (tiff(16, 1, columns(32767).astype("<i2").tobytes(), 2),
                    tiff(32, 1, columns().astype("<f4").tobytes(), 3)):
        with pytest.raises(ValueError, match="do not define white; expected 8 or"):
            decode(content)


def raw_profile(exif):
    """EXIF as ImageMagick writes it into a PNG."""
    content = exif.tobytes()
    return (b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(
        b"\nexif\n%8d\n%s\n" % (len(content), content.hex().encode())))


def test_the_turn_is_found_in_whichever_place_the_file_keeps_it():
    exif = Image.Exif()
    exif[0x0112] = 6  # viewers turn it clockwise by a quarter
    xmp = b"<x:xmpmeta><rdf:Description tiff:Orientation=\"6\"/></x:xmpmeta>"
    grey = columns().astype(np.uint8)
    upright = np.rot90(grey, -1)
    rows = b"".join(b"\0" + row.tobytes() for row in grey)
    contents = [png(8, 0, rows, extra=[raw_profile(exif)]),
                png(8, 0, rows, extra=[(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)]),
                written(Image.fromarray(grey), "PNG", exif=exif),
                written(Image.fromarray(grey), "TIFF", exif=exif)]
    for content in contents:
        assert np.array_equal(decode(content), upright)
    wide = written(Image.new("RGB", (40, 20)), "JPEG", xmp=xmp)
    assert decode(wide).shape == (40, 20, 3)


@pytest.mark.parametrize(("interlaced", "length"), [(0, 5 + 5), (1, 2 + 2 + 3 + 5)])
def test_a_png_with_too_few_rows_is_refused(interlaced, length):
    assert (decode(png(8, 0, bytes(length), interlaced=interlaced)) == 0).all()
    with pytest.raises(ValueError, match="truncated"):
        decode(png(8, 0, bytes(length - 1), interlaced=interlaced))


def test_a_picture_is_grey_or_rgb_and_white_where_it_is_transparent():
    for mode, expected in (("1", "L"), ("L", "L"), ("LA", "L"), ("P", "RGB"), ("RGBA", "RGB"),
                           ("CMYK", "RGB")):
        content = written(Image.new(mode, (4, 2)), "TIFF" if mode == "CMYK" else "PNG")
        found = pictures.decode(io.BytesIO(content), 10_000)
        assert found.mode == expected
        assert np.asarray(found).min() == (255 if mode in ("LA", "RGBA", "CMYK") else 0)


def test_a_heic_is_read_or_the_package_that_reads_it_is_named(monkeypatch):
    pillow_heif = pytest.importorskip("pillow_heif", reason="an optional package")
    grey = np.repeat(np.uint8([[30, 200]]), 32, axis=1).repeat(64, axis=0)  # (64, 64)
    content = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(grey)).save(content)
    assert np.abs(decode(content.getvalue()) - grey.astype(int)).max() < 10
    monkeypatch.setattr(pictures, "pillow_heif", None)
    monkeypatch.setattr(pictures, "READ", ["JPEG", "AVIF"])
    with pytest.raises(ValueError, match="HEIC needs pip install -r requirements-optional"):
        decode(content.getvalue())


def test_what_is_not_a_picture_is_refused_with_the_reason():
    for content in (b"", b"<html>", b"hello"):
        with pytest.raises(ValueError, match="not a picture in one of the formats JPEG, PNG, "):
            decode(content)
