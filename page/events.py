"""What the page of app.py answers to each event: records, and HTML.

    page = Page(network, LimeSettings(), "model: ...")
    photograph, state, label, found, *html = page.open("me.jpg")
    state, board, bars = page.press("12", state, found, label)     # superpixel 12 is hidden
"""
import dataclasses
import pathlib
import time

import numpy as np
from threadpoolctl import threadpool_limits

from base.errors import UserError
from explaining import lime, wording
from explaining.explanation import Explained
from fer2013 import EMOTIONS
from page import drawing
from page.session import EXAMPLES, open_picture

NO_FACE = ("No face was found in this picture. Take one in which a whole face can be seen upright "
           "and from the front, with some space around it. If the picture is nothing but a face, "
           "from forehead to chin, choose “whole picture”.")
ADVICE = "What helps: save the picture as JPEG or PNG, smaller if need be."
TIMED = 64  # faces that are predicted once, to tell how long an explanation takes
CHOICES = {  # which of the superpixels are shown, given those that are marked
    "Show all": lambda parts, marked: parts >= 0,
    "Hide all": lambda parts, marked: parts < 0,
    "Hide the marked": lambda parts, marked: ~np.isin(parts, marked),
    "Only the marked": np.isin,
}


@dataclasses.dataclass(frozen=True)
class Page:
    """The functions behind the page.

    Of their arguments, `state` is a Session or None, `found` the {label: Explanation} of its face.
    """
    network: object  # a networks.network.Network
    settings: object  # a LimeSettings
    source: str = ""  # the model and its training data in words

    def open(self, path):
        """Read a picture and look at its largest face.

        Returns:
            HTML of it with its faces framed, Session and label (None without a face), {} for the
            explanations, and HTML: what is wrong or to be known, the faces to choose from, view().
        """
        try:
            state, photograph = open_picture(path, self.network.predict)
        except UserError as error:
            problem = f"{str(error).removeprefix(f'{path}: ')}. {ADVICE}"
            return "", None, None, {}, drawing.notice(problem), *[""] * 4
        if not state.count:
            gallery = drawing.choices(["whole picture"], [state.face.pixels])
            return photograph, state, None, {}, drawing.notice(NO_FACE), gallery, *[""] * 3
        largest = max(range(state.count), key=lambda index: state.faces[index].side)
        return photograph, *self.choose_face(largest, state)

    def upload(self, path):
        """None, to empty the field of the picture, and open(); the file is deleted."""
        try:
            return None, *self.open(path)
        finally:
            pathlib.Path(path).unlink(missing_ok=True)

    def open_example(self, choice):
        """open() of an example."""
        return self.open(list(EXAMPLES.values())[int(choice)])

    def choose_face(self, choice, state):
        """Look at another face of the picture; returns as open(), without the picture."""
        state = state.choose(int(choice), self.settings)
        label = int(state.prediction.argmax())
        note = f"About this face: {state.face.note}." if state.face.note else ""
        texts = [f"{number}: {wording.share(each.argmax(), each)}"
                 for number, each in enumerate(state.predictions, start=1)]
        gallery = drawing.choices(texts, [face.pixels for face in state.faces], state.chosen)
        return state, label, {}, drawing.notice(note), gallery, *self.view(state, {}, label)

    def press(self, choice, state, found, label):
        """Hide and show as one of CHOICES says, or a superpixel; returns the Session and face()."""
        parts = np.arange(len(state.shown))
        marked = found[label].strongest(1) if label in found else []
        shown = (CHOICES[choice](parts, marked) if choice in CHOICES
                 else state.shown ^ (parts == int(choice)))
        state = state.show(shown, self.network.predict)
        return state, *face(state, found, label)

    def view(self, state, found, label):
        """Everything about the chosen face as HTML: face(), and words() if it is explained."""
        if state is None or state.shown is None:  # a picture without a face, opened meanwhile
            return "", "", ""
        words = self.words(state, found[label]) if label in found else ""
        return *face(state, found, label), words

    def explain(self, state, label):
        """Explain the chosen face for every label, the given one first, as explain.py does.

        Yields the explanations so far and view(), at first with the time left as its words.
        """
        found, labels = {}, sorted(range(len(EMOTIONS)), key=lambda other: other != label)
        wait = ("Asking the network about the face with other parts hidden: "
                f"{self.duration(state.face.pixels)}.")
        yield found, *face(state, found, label), drawing.notice(wait)
        with threadpool_limits(1):  # as explaining.engine, for the same last bits
            for other, explanation in lime.explain_in_turn(
                    state.face.pixels, self.network.predict, labels, self.settings, state.segments,
                    labels[:1]):
                found = found | {other: explanation}
                yield found, *self.view(state, found, label)

    def duration(self, face):
        """In words how long the network takes for the samples."""
        began = time.monotonic()
        self.network.predict(np.repeat(face[None], TIMED, axis=0))
        each = (time.monotonic() - began) / TIMED
        counts = (500, 4000) if self.settings.samples == "auto" else (self.settings.samples,)
        return f"about {' to '.join(f'{each * count:.0f}' for count in counts)} s"

    def words(self, state, explanation):
        """HTML of an explanation in sentences, and of its scores."""
        number = state.chosen + 1 if state.count > 1 else None
        explained = Explained(explanation, number=number)
        sentences = [f"Verdict: {wording.verdict(explanation.without)}.",
                     f"{wording.what_if(explanation.without, explanation.label)}.",
                     *(f"Take care: {caution}." for caution in wording.cautions(explanation))]
        scores = filter(None, [wording.fit(explanation), self.network.caption, self.source])
        return ("<div class='words'>" + drawing.paragraphs([wording.headline(explained)], "first")
                + drawing.paragraphs(sentences) + drawing.paragraphs(scores, "note") + "</div>")


def face(state, found, label):
    """HTML of the face with its superpixels, and of the bars."""
    return drawing.board(state, found.get(label)), drawing.bars(state, label)
