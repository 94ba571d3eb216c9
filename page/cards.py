"""The page of app.py as HTML: bars, faces in superpixels, photographs; no file is written.

Pictures are data addresses inside of the HTML, so that nothing of a face is stored. What can be
clicked carries its value in the attribute data-choice, which page.js reports to app.py.
"""
import base64
import html
import io

import numpy as np
from PIL import Image

from fer2013 import EMOTIONS, SIZE
from figures.style import AGAINST, FOR

HATCH = ("<defs><pattern id='hatch' width='1.6' height='1.6' patternUnits='userSpaceOnUse' "
         "patternTransform='rotate(45)'><path d='M.5 0V1.6' stroke='#000' stroke-width='.5' "
         "opacity='.6'/><path d='M1 0V1.6' stroke='#fff' stroke-width='.5' opacity='.6'/>"
         "</pattern></defs>")  # over what is hidden


def address(pixels, form="PNG"):
    """A picture, uint8 (height, width) or (height, width, 3), as a data address."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, form)
    return f"data:image/{form.lower()};base64,{base64.b64encode(file.getvalue()).decode()}"


def bars(probabilities, whole, label):
    """The seven probabilities as bars, and marks at those of the whole face.

    Args:
        probabilities: float (7,), of the face as it is shown.
        whole: float (7,), of the whole face.
        label: the emotion whose bar is darker.
    """
    rows = []
    for emotion, share, before in zip(EMOTIONS, probabilities, whole, strict=True):
        chosen = " class='chosen'" if emotion == EMOTIONS[label] else ""
        rows.append(f"<li{chosen}><span>{emotion}</span><span class='track' aria-hidden='true'>"
                    f"<i style='width:{share:.1%}'></i><b style='left:{before:.1%}'></b></span>"
                    f"<span class='number'>{share:.0%}</span></li>")
    top = int(np.argmax(probabilities))
    return (f"<p class='answer' role='status'>The network says <strong>{EMOTIONS[top]}</strong>: "
            f"{probabilities[top]:.0%}</p><ul class='bars'>{''.join(rows)}</ul>"
            "<p class='note'>The line in each bar is the answer to the whole face.</p>")


def board(parts, shown, names, weights=None, marked=()):
    """The face as a picture whose superpixels can be clicked or chosen with the keyboard.

    Args:
        parts: an object with `count`, `segments` and `picture(shown)`, a what_if.Parts.
        shown: bool (superpixels,).
        names: list of str, what each superpixel is called.
        weights: float (superpixels,), drawn as tints of the marked superpixels; None for no tint.
        marked: the superpixels that are tinted.
    """
    groups = []
    for part in range(parts.count):
        surface, line = outline(parts.segments == part)
        hatched = "" if shown[part] else f"<path d='{surface}' fill='url(#hatch)'/>"
        groups.append(
            f"<g role='checkbox' tabindex='{0 if part == 0 else -1}' data-choice='{part}' "
            f"aria-checked='{str(bool(shown[part])).lower()}' aria-label='{escape(names[part])}'>"
            f"<title>{escape(names[part])}</title>"
            f"<path d='{surface}' {fill(part, weights, marked)}/>{hatched}"
            f"<path class='line' d='{line}'/></g>")
    return (f"<svg class='face board' viewBox='0 0 {SIZE} {SIZE}' role='group' "
            f"aria-label='The face in {parts.count} parts. Enter hides or shows a part, the arrow "
            f"keys go to the next.'>{HATCH}{picture(parts.picture(shown))}{''.join(groups)}</svg>")


def weighted(parts, weights, limit, marked, title, described):
    """The face with the marked superpixels tinted, and what it is called, as a figure.

    Args:
        limit: the weight that is drawn strongest.
        title: text below the face.
        described: the same in words.
        parts, weights, marked: as for board().
    """
    drawn = []
    for part in range(parts.count):
        surface, line = outline(parts.segments == part)
        drawn.append(f"<path d='{surface}' {fill(part, weights, marked, limit)}/>"
                     f"<path class='line' d='{line}'/>")
    face = picture(parts.picture(np.ones(parts.count, bool)))
    return (f"<figure><svg class='face' viewBox='0 0 {SIZE} {SIZE}' role='img' "
            f"aria-label='{escape(described)}'>{face}"
            f"{''.join(drawn)}</svg><figcaption>{escape(title)}</figcaption></figure>")


def side_by_side(figures, text):
    """Several weighted() faces in a row, and a sentence below."""
    return (f"<div class='figures'>{''.join(figures)}</div><p>{escape(text)}</p>"
            "<p class='note'>Blue parts speak for the emotion, vermilion parts against it.</p>")


def fill(part, weights, marked, limit=None):
    """The style of a superpixel's tint: the colour of its sign, stronger for a larger weight.

    By the square root, as style.TINTS.
    """
    if weights is None or part not in marked:
        return "fill-opacity='0'"
    strength = np.sqrt(abs(weights[part]) / max(limit or np.abs(weights).max(), 1e-9))
    return f"fill='{FOR if weights[part] > 0 else AGAINST}' fill-opacity='{0.6 * strength:.2f}'"


def outline(area):
    """SVG path data of the pixels in `area`, bool (48, 48): their surface, and their boundary."""
    surface = "".join(f"M{x} {y}h1v1h-1z" for y, x in np.argwhere(area))
    around = np.pad(area, 1)
    across = np.argwhere(around[:-1, 1:-1] != around[1:, 1:-1])  # y, x of horizontal boundaries
    down = np.argwhere(around[1:-1, :-1] != around[1:-1, 1:])  # y, x of vertical ones
    return surface, "".join([f"M{x} {y}h1" for y, x in across] + [f"M{x} {y}v1" for y, x in down])


def picture(pixels):
    return f"<image href='{address(pixels)}' width='{SIZE}' height='{SIZE}'/>"


def escape(text):
    return html.escape(str(text), quote=True)


def notice(text):
    """A message to the person at the page; "" if there is none."""
    return f"<p class='notice' role='alert'>{escape(text)}</p>" if text else ""


def paragraphs(first, lines, cautions):
    """The explanation in words: a sentence in large letters, more of them, and cautions."""
    more = "".join(f"<p>{escape(line)}</p>" for line in lines)
    warned = "".join(f"<li>{escape(line)}</li>" for line in cautions)
    return (f"<div class='words'><p class='first'>{escape(first)}</p>{more}"
            + (f"<p>Take care:</p><ul>{warned}</ul>" if warned else "") + "</div>")


def photograph(pixels, frames, words):
    """The photograph, uint8 (height, width, 3), with its faces framed and numbered.

    Args:
        frames: for each face float (4, 2), x and y of its corners in the photograph.
        words: told below it.
    """
    height, width = pixels.shape[:2]
    size = max(height, width) / 20
    drawn = "".join(
        "<polygon points='" + " ".join(f"{x:.0f},{y:.0f}" for x, y in corners) + "'/>"
        f"<text x='{np.clip(corners[:, 0].mean(), size, width - size):.0f}' "
        f"y='{np.clip(corners[:, 1].min() + size, size, height):.0f}' "
        f"font-size='{size:.0f}'>{number}</text>"
        for number, corners in enumerate(frames, start=1))
    return (f"<figure><svg class='photograph' viewBox='0 0 {width} {height}' aria-hidden='true'>"
            f"<image href='{address(pixels, 'JPEG')}' width='{width}' height='{height}'/>{drawn}"
            f"</svg><figcaption>{escape(words)}</figcaption></figure>")


def gallery(faces, answers, chosen):
    """Several faces as buttons, with the answer to each; "" if there is only one."""
    if len(faces) == 1:
        return ""
    return "<div class='gallery'>" + "".join(
        f"<button data-choice='{index}' aria-pressed='{str(index == chosen).lower()}'>"
        f"<img src='{address(face)}' alt=''><span>{index + 1}: {escape(answer)}</span></button>"
        for index, (face, answer) in enumerate(zip(faces, answers, strict=True))) + "</div>"


def lines(heading, texts):
    """A line, and a list of lines."""
    listed = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<p>{escape(heading)}</p><ul class='lines'>{listed}</ul>"


def examples(faces, texts):
    """Pictures to try, as buttons."""
    return "<p>Or try one of these:</p><div class='gallery examples'>" + "".join(
        f"<button data-choice='{index}'><img src='{address(face)}' alt=''>"
        f"<span>{escape(text)}</span></button>"
        for index, (face, text) in enumerate(zip(faces, texts, strict=True))) + "</div>"
