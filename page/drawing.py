"""The face in superpixels, bars and pictures as HTML; no file is written.

Pictures are data addresses inside of the HTML, so that nothing of a face is stored. What can be
clicked carries its value in the attribute data-choice, which page.js reports.
"""
import base64
import html
import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from explaining.regions import part_names
from fer2013 import EMOTIONS, SIZE
from figures.style import FOR, edges

HATCH = ("<defs><pattern id='hatch' width='1.6' height='1.6' patternUnits='userSpaceOnUse' "
         "patternTransform='rotate(45)'><path d='M.5 0V1.6' stroke='#000' stroke-width='.5' "
         "opacity='.6'/><path d='M1 0V1.6' stroke='#fff' stroke-width='.5' opacity='.6'/>"
         "</pattern></defs>")  # over what is hidden


def address(pixels, form="PNG"):
    """A picture, uint8 (height, width) or (height, width, 3), as a data address."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, form)
    return f"data:image/{form.lower()};base64,{base64.b64encode(file.getvalue()).decode()}"


def bars(session, label):
    """Seven probabilities as bars, marks at those of the whole face, and one emotion darker."""
    probabilities, whole = session.prediction, session.predictions[session.chosen]
    rows = "".join(
        f"<li{' class=chosen' if number == label else ''}><span>{emotion}</span>"
        f"<span class='track' aria-hidden='true'><i style='width:{share:.1%}'></i>"
        f"<b style='left:{before:.1%}'></b></span>"
        f"<span class='number'>{100 * share:.0f} %</span></li>"
        for number, (emotion, share, before) in enumerate(
            zip(EMOTIONS, probabilities, whole, strict=True)))
    top = int(np.argmax(probabilities))
    return (f"<p class='answer' role='status'>The network predicts <strong>{EMOTIONS[top]}</strong>"
            f", {100 * probabilities[top]:.0f}&nbsp;%</p><ul class='bars'>{rows}</ul>"
            "<p class='note'>The line in each bar is the prediction for the whole face.</p>")


def board(session, explanation=None):
    """The face of a Session as a picture whose superpixels can be clicked or chosen by keys.

    Those that an Explanation marks are tinted, the more they contribute the fuller.
    """
    names = [f"{name}, part {part}" for part, name in enumerate(part_names(session.segments))]
    opacities, parts = np.zeros(len(names)), ""
    if explanation is not None:
        weights, marked = explanation.weights, explanation.strongest(1)
        opacities[marked] = 0.6 * np.sqrt(weights[marked] / weights.max())
        names = [f"{name}: {100 * weight:+.1f} points"
                 for name, weight in zip(names, weights, strict=True)]
    for part, (name, opacity) in enumerate(zip(names, opacities, strict=True)):
        area, shown = session.segments == part, session.shown[part]
        surface = "".join(f"M{x} {y}h1v1h-1z" for y, x in np.argwhere(area))
        line = "".join(f"M{x} {y}L{to_x} {to_y}" for (x, y), (to_x, to_y) in edges(area))
        hatched = "" if shown else f"<path d='{surface}' fill='url(#hatch)'/>"
        parts += (f"<g role='checkbox' tabindex='{0 if part == 0 else -1}' data-choice='{part}' "
                  f"aria-checked='{str(bool(shown)).lower()}' aria-label='{html.escape(name)}'>"
                  f"<title>{html.escape(name)}</title><path d='{surface}' fill='{FOR}' "
                  f"fill-opacity='{opacity:.2f}'/>{hatched}<path class='line' d='{line}'/></g>")
    described = (f"The face in {len(names)} parts. Enter hides or shows a part, the arrow keys go "
                 "to the next.")
    return (f"<svg class='board' viewBox='0 0 {SIZE} {SIZE}' role='group' "
            f"aria-label='{described}'>{HATCH}<image href='{address(session.pixels)}' "
            f"width='{SIZE}' height='{SIZE}'/>{parts}</svg>")


def photograph(pixels, frames, words):
    """A photograph with its faces framed, for each float (4, 2), x and y of corners, and words."""
    picture = Image.fromarray(pixels)
    draw, size = ImageDraw.Draw(picture), max(12, max(picture.size) // 20)
    for number, corners in enumerate(frames, start=1):
        draw.polygon([*map(tuple, corners)], outline="#56b4e9", width=size // 4)
        draw.text((corners[:, 0].mean(), corners[:, 1].min()), str(number), "white", anchor="mm",
                  stroke_fill="black", stroke_width=size // 10, font=ImageFont.load_default(size))
    return (f"<figure class='photograph'><img src='{address(np.asarray(picture), 'JPEG')}' alt=''>"
            f"<figcaption>{html.escape(words)}</figcaption></figure>")


def choices(texts, pictures, chosen=None):
    """Pictures to choose from, uint8 (side, side) each, as buttons."""
    return "<div class='choices'>" + "".join(
        f"<button data-choice='{index}' aria-pressed='{str(index == chosen).lower()}'>"
        f"<img src='{address(picture)}' alt=''><span>{html.escape(text)}</span></button>"
        for index, (text, picture) in enumerate(zip(texts, pictures, strict=True))) + "</div>"


def notice(text):
    """A message to the person at the page; "" if there is none."""
    return f"<p class='notice' role='alert'>{html.escape(text)}</p>" if text else ""


def paragraphs(texts, style=""):
    return "".join(f"<p class='{style}'>{html.escape(text)}</p>" for text in texts)
