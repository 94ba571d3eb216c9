"""What the page of app.py answers to each event: records, and HTML.

    page = Page(network, LimeSettings(), "model: ...")
    picture, photograph = session.open_picture("me.jpg")
    state, label, other, *html = page.look(picture, cropped=False)
    state, *html = page.toggle("12", state, {}, label)     # superpixel 12 is hidden
"""
import base64
import dataclasses
import json
import pathlib
import tempfile
import time

import numpy as np
from threadpoolctl import threadpool_limits

from explaining import lime, wording
from explaining.explanation import Explained
from fer2013 import EMOTIONS
from figures import explanations, style
from page import drawing
from page.session import Session

NO_FACE = ("No face was found in this picture, also not rotated by 90, 180 and 270 degrees. Take "
           "one in which a whole face can be seen from the front, with some space around it. If "
           "the picture is nothing but a face, from forehead to chin, tick “The picture is one "
           "face”.")
LABELS = range(len(EMOTIONS))
LISTED = 10  # superpixels that are listed with their weights
TIMED = 64  # faces that are predicted once, to tell how long an explanation takes
CHOICES = {  # of the number of superpixels, the marked ones and a random generator
    "Show all": lambda count, marked, random: np.ones(count, bool),
    "Hide all": lambda count, marked, random: np.zeros(count, bool),
    "Hide the marked": lambda count, marked, random: ~np.isin(np.arange(count), marked),
    "Only the marked": lambda count, marked, random: np.isin(np.arange(count), marked),
    "Hide random ones": lambda count, marked, random: ~np.isin(
        np.arange(count), random.choice(count, len(marked), replace=False)),
}


@dataclasses.dataclass(frozen=True)
class Page:
    """The functions behind the page.

    Attributes:
        network: a networks.network.Network.
        settings: a LimeSettings; the page chooses the number of samples.
        source: the model and its training data in words.

    Of the arguments, `state` is a Session or None, `found` the {label: Explanation} of its face.
    """
    network: object
    settings: object
    source: str = ""

    def look(self, picture, cropped):
        """Look at the largest face of a session.Picture.

        Returns:
            Session or None, the predicted label and the next likely one (or None), {} for the
            explanations, and HTML: what is wrong or to be known, and the faces to choose from.
        """
        if picture is None or picture.problem or not (cropped or picture.faces):
            problem = picture and (picture.problem or NO_FACE)
            return None, None, None, {}, drawing.notice(problem), ""
        faces = (picture.whole,) if cropped else picture.faces
        predictions = self.network.predict(np.stack([face.pixels for face in faces]))  # (faces, 7)
        largest = max(range(len(faces)), key=lambda index: faces[index].side)
        return self.choose_face(largest, Session(picture, faces, predictions))

    def choose_face(self, choice, state):
        """Look at another face of the picture; returns as look()."""
        state = state.choose(int(choice), self.settings)
        first, second = map(int, np.argsort(-state.whole, kind="stable")[:2])
        note = f"About this face: {state.face.note}." if state.face.note else ""
        texts = [f"{number}: {wording.share(each.argmax(), each)}"
                 for number, each in enumerate(state.predictions, start=1)]
        gallery = drawing.choices([face.pixels for face in state.faces], texts, state.chosen)
        return (state, first, second, {}, drawing.notice(note),
                gallery if len(state.faces) > 1 else "")

    def toggle(self, choice, state, found, label):
        """Hide a superpixel, or show it again; returns the Session and face()."""
        return self.show(state.shown ^ (np.arange(len(state.shown)) == int(choice)), state, found,
                         label)

    def press(self, choice, state, found, label):
        """Hide and show superpixels as one of CHOICES says; returns as toggle()."""
        shown = CHOICES[choice](len(state.shown), marked(found, label),
                                np.random.default_rng(state.clicks))
        return self.show(shown, state, found, label)

    def show(self, shown, state, found, label):
        state = state.show(shown, self.network.predict)
        return state, *self.face(state, found, label)

    def face(self, state, found, label):
        """HTML of the face with its superpixels, and of the bars."""
        if state is None:
            return "", ""
        weights = found[label].weights if label in found else None
        board = drawing.board(state, names(state, weights), weights, marked(found, label))
        return board, drawing.bars(state.prediction, state.whole, label)

    def explain(self, state, label, samples):
        """Explain the chosen face for every label, the given one first, as explain.py does.

        Yields:
            {label: Explanation} of those explained so far, and HTML: the face with its marks, and
            how long it takes, or the explanation of the given label in words.
        """
        settings = dataclasses.replace(self.settings, samples=samples)
        found, labels = {}, sorted(LABELS, key=lambda other: other != label)
        yield found, self.face(state, found, label)[0], drawing.notice(
            "Asking the network about the face with other parts hidden: "
            f"{self.duration(state, samples)}.")
        with threadpool_limits(1):  # as explaining.engine, for the same last bits
            for other, explanation in lime.explain_in_turn(
                    state.face.pixels, self.network.predict, labels, settings, state.segments,
                    labels[:1]):
                found = found | {other: explanation}
                yield found, self.face(state, found, label)[0], self.words(
                    state, found[label]) + drawing.notice(
                    f"{len(found)} of {len(LABELS)} emotions are explained.")

    def duration(self, state, samples):
        """In words how long the network takes for the samples."""
        began = time.monotonic()
        self.network.predict(np.repeat(state.face.pixels[None], TIMED, axis=0))
        each = (time.monotonic() - began) / TIMED
        counts = (500, 4000) if samples == "auto" else (samples,)
        return f"about {' to '.join(f'{each * count:.0f}' for count in counts)} s"

    def view(self, state, found, label, other):
        """Everything about the chosen face as HTML.

        face(), the explanation in words, beside that of another label, and its details; the last
        three are "" before it is explained.
        """
        face = self.face(state, found, label)
        if state is None or label not in found:
            return *face, "", "", ""
        return (*face, self.words(state, found[label]), versus(state, found, label, other),
                self.details(state, found[label]))

    def words(self, state, explanation):
        """The explanation of a label in words, as HTML."""
        verdict = wording.verdict(explanation.without)
        return drawing.paragraphs(wording.headline(self.explained(state, explanation)), [
            f"Verdict: {verdict}.", wording.posed(state.picture.posed, state.whole),
            f"{wording.what_if(explanation.without, explanation.label)}.",
            *(f"Take care: {caution}." for caution in wording.cautions(explanation))])

    def details(self, state, explanation):
        """The strongest superpixels, pairs of them, and the scores, as HTML."""
        called, strongest = names(state, explanation.weights), np.argsort(
            -np.abs(explanation.weights))[:LISTED]
        explained, label = self.explained(state, explanation), EMOTIONS[explanation.label]
        return (drawing.lines(f"What parts add to the probability of {label}:",
                              [called[part] for part in strongest])
                + drawing.lines("What pairs add beyond that, mean over all states of the others:",
                                wording.pairs(explanation, state.names))
                + drawing.lines("Scores and settings:", list(filter(None, (
                    wording.description(explained), state.face.note, explained.fed, self.source)))))

    def explained(self, state, explanation):
        """The Explained of an explanation."""
        number = state.chosen + 1 if len(state.faces) > 1 else None
        return Explained(explanation, self.settings, state.face.note, number=number,
                                 fed=self.network.caption, source=self.source)

    def figure(self, state, found, label):
        """The name and the data address of a PNG with the four panels of an explanation."""
        row = self.explained(state, found[label])
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "figure.png")
            style.save(explanations.explanations([wording.figure_row(row)]), path,
                       wording.record({EMOTIONS[label]: row}, {"faces": state.picture.name}))
            return download(state, f"_{EMOTIONS[label]}.png", "image/png", path.read_bytes())

    def data(self, state, found, label):
        """The same of a JSON file with the explanations of all labels; parts count from 0."""
        content = {
            "name": state.picture.name, "face": state.chosen + 1, "model": self.source,
            "probabilities": dict(zip(EMOTIONS, state.whole.tolist(), strict=True)),
            "pixels": state.face.pixels.tolist(), "superpixels": state.segments.tolist(),
            "explanations": {EMOTIONS[each]: wording.scores(self.explained(state, explanation)) | {
                "weights": explanation.weights.tolist(), "intercept": explanation.intercept,
                "pairs": explanation.together.tolist()}
                for each, explanation in sorted(found.items())}}
        return download(state, ".json", "application/json", json.dumps(content).encode())


def marked(found, label):
    """The superpixels to mark as contributing to a label: int (at most SHOWN,)."""
    return found[label].strongest(1) if label in found else np.arange(0)


def names(state, weights=None):
    """What each superpixel is called: its place, its number, and its weight in points if known."""
    points = [""] * len(state.shown) if weights is None else [
        f": {100 * weight:+.1f} points" for weight in weights]
    return [f"{place}, part {part}{point}"
            for part, (place, point) in enumerate(zip(state.names, points, strict=True))]


def versus(state, found, label, other):
    """HTML of the explanations of two labels side by side, the same strength for one weight."""
    if other not in found or other == label:
        return "<p>Choose another emotion to compare.</p>"
    both = [found[label], found[other]]
    limit = max(np.abs(explanation.weights).max() for explanation in both)
    maps = "".join(drawing.weighted(
        state, each.weights, [*each.strongest(1), *each.strongest(-1)], limit,
        wording.share(each.label, state.whole), wording.sides(each, state.names)) for each in both)
    return (f"<div class='figures'>{maps}</div><p>{wording.preference(*both, state.names)}</p>"
            "<p class='note'>Blue parts contribute to the emotion, orange parts against it.</p>")


def download(state, ending, kind, content):
    """A file as the browser saves it: its name, and its content as a data address."""
    return {"name": f"{state.picture.name}_face{state.chosen + 1}_explained{ending}",
            "address": f"data:{kind};base64,{base64.b64encode(content).decode()}"}
