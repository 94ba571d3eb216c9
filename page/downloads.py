"""Pictures that come with the page of app.py, and files that it offers for download."""
import base64
import json
import pathlib
import tempfile

import numpy as np
from PIL import Image

from explaining import wording
from fer2013 import EMOTIONS, included
from figures import explanations, style
from page import cards, session

EXAMPLES = (  # path, name, and the label that it was made for
    (included.HERE / "examples" / "eileen_collins.jpg", "a portrait", None),
    (included.COMPOSITES / "test" / "surprise" / "surprise_01.png", "average of surprise", 5),
    (included.COMPOSITES / "test" / "angry" / "angry_01.png", "average of angry", 0),
    (included.COMPOSITES / "test" / "sad" / "sad_01.png", "average of sad", 4),
    (included.AVATARS / "test" / "happy" / "id0293_happy_0.png", "one that goes wrong", 3),
)
SMALL = 96  # pixels of an example on its button


def strip():
    """The examples as HTML."""
    small = [np.asarray(Image.open(path).convert("L").resize((SMALL, SMALL)))
             for path, *_ in EXAMPLES]
    return cards.examples(small, [name for _, name, _ in EXAMPLES])


def open_example(choice):
    """session.read() of an example."""
    path, _, label = EXAMPLES[int(choice)]
    return session.read(path, posed=label)


def figure(page, state, found, label):
    """The name and the data address of a PNG with the four panels of an explanation."""
    explained = page.explained(state, found[label])
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "figure.png")
        style.save(explanations.explanations([wording.figure_row(explained)]), path)
        content = path.read_bytes()
    return download(f"{stem(state)}_{EMOTIONS[label]}.png", "image/png", content)


def data(page, state, found, label):
    """The same of a JSON file with the explanations of all labels; parts are counted from 0."""
    content = {
        "name": state.name, "face": state.chosen + 1, "model": page.source,
        "probabilities": dict(zip(EMOTIONS, state.whole.tolist(), strict=True)),
        "pixels": state.parts.face.tolist(), "superpixels": state.parts.segments.tolist(),
        "explanations": {EMOTIONS[each]: numbers(page, state, explanation)
                         for each, explanation in sorted(found.items())}}
    return download(f"{stem(state)}.json", "application/json", json.dumps(content).encode())


def numbers(page, state, explanation):
    """The scores of an explanation, its weights, and what its pairs add."""
    return wording.scores(page.explained(state, explanation)) | {
        "weights": explanation.weights.tolist(), "intercept": explanation.intercept,
        "pairs": explanation.together.tolist()}


def stem(state):
    return f"{state.name}_face{state.chosen + 1}_explained"


def download(name, kind, content):
    """A file as the browser saves it: its name, and its content as a data address."""
    address = f"data:{kind};base64,{base64.b64encode(content).decode()}"
    return {"name": name, "address": address}
