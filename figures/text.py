"""Text in figures: file names in any script, and dollar signs that are no mathematics."""
import functools

from matplotlib import font_manager
from matplotlib.text import Text

OWN = "DejaVu Sans"  # comes with Matplotlib: Latin, Greek, Cyrillic and much else
OTHERS = (  # for Chinese, Japanese and Korean, where the system has one of them
    "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans JP", "Noto Sans SC", "Noto Sans KR",
    "Source Han Sans", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Microsoft YaHei", "Yu Gothic",
    "Meiryo", "Malgun Gothic", "PingFang SC", "Hiragino Sans", "Apple SD Gothic Neo")


@functools.cache
def families():
    """The font families to draw with; every glyph comes from the first one that has it."""
    there = {font.name for font in font_manager.fontManager.ttflist}
    return (OWN, *(name for name in OTHERS if name in there))


@functools.cache
def has_glyph(character, names):
    """Whether one of the font families has a glyph for a character."""
    paths = [font_manager.findfont(name) for name in names]
    return any(font_manager.get_font(path).get_char_index(ord(character)) for path in paths)


def legible(text):
    """The text with each character that no font has as its ASCII escape, as \\u7b11."""
    return "".join(c if c == "\n" or has_glyph(c, families()) else ascii(c)[1:-1] for c in text)


def prepare(figure):
    """Make all text of a figure legible, and take a dollar sign for a dollar sign."""
    for text in figure.findobj(Text):
        content = text.get_text()
        if "$" in content:
            text.set_parse_math(False)
        if not all(c == "\n" or has_glyph(c, (OWN,)) for c in content):
            text.set_fontfamily(families())
            text.set_text(legible(content))
