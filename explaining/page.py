"""What the page of app.py answers to each event: records, and HTML.

    page = Page(network, LimeSettings(), "model: ...")
    opened, photograph = session.read("me.jpg")
    state, found, label, *html = page.look(opened, cropped=False)
    state, *html = page.toggle("12", state, found, label, 5)     # superpixel 12 is hidden
"""
import dataclasses

import numpy as np

from explaining import face_lime, sentences, session, what_if, wording
from fer2013 import EMOTIONS
from figures import cards

NO_FACE = ("No face was found in this picture. Take one in which a whole face can be seen from the "
           "front, upright and with some space around it. If the picture is nothing but a face, "
           "from forehead to chin, tick “The picture is one face”.")
LABELS = range(len(EMOTIONS))


@dataclasses.dataclass(frozen=True)
class Page:
    """The functions behind the page.

    Attributes:
        network: a networks.network.Network.
        settings: a LimeSettings; the page chooses the number of samples.
        source: the model and its training data in words.
    """
    network: object
    settings: object
    source: str = ""

    def look(self, opened, cropped):
        """A Session of the picture's largest face, without explanations.

        Returns:
            Session or None, {} for the explanations, the predicted label or None, and HTML: what is
            wrong, and the faces to choose from.
        """
        problem = "" if opened is None else opened.problem
        if opened and not problem and not (cropped or opened.faces):
            problem = NO_FACE
        if opened is None or problem:
            return None, {}, None, cards.notice(problem), ""
        state = session.start(opened, cropped, self.settings, self.network.predict)
        return state, {}, int(state.whole.argmax()), "", gallery(state)

    def choose_face(self, choice, state):
        state = state.choose(int(choice))
        return state, {}, int(state.whole.argmax()), "", gallery(state)

    def toggle(self, choice, state, found, label, marked):
        """Hide a superpixel, or show it again; returns the Session and face()."""
        return self.show(what_if.toggled(state.shown, int(choice)), state, found, label, marked)

    def press(self, choice, state, found, label, marked):
        """Hide and show superpixels as one of what_if.CHOICES says; returns as toggle()."""
        shown = what_if.CHOICES[choice](state.parts.count, strongest(found, label, marked),
                                        np.random.default_rng(state.clicks))
        return self.show(shown, state, found, label, marked)

    def show(self, shown, state, found, label, marked):
        state = state.show(shown, self.network.predict)
        return state, *self.face(state, found, label, marked)

    def face(self, state, found, label, marked):
        """HTML of the face with its superpixels, and of the bars."""
        if state is None:
            return "", ""
        weights = found[label].weights if label in found else None
        board = cards.board(state.parts, state.shown, names(state, weights), weights,
                            strongest(found, label, marked))
        return board, cards.bars(state.answer, state.whole, label)

    def explain(self, state, label, samples):
        """Explain the chosen face for every label, the given one first.

        Yields:
            {label: Explanation} of those explained so far, and how far it is as HTML.
        """
        found, labels = {}, sorted(LABELS, key=lambda other: other != label)
        for other, explanation in face_lime.explain_in_turn(
                state.parts.face, self.network.predict, labels, labels[:1], state.parts.segments,
                self.settings.hide, samples, self.settings.seed):
            found = found | {other: explanation}
            yield found, cards.notice(f"{len(found)} of {len(LABELS)} emotions are explained.")

    def view(self, state, found, label, marked):
        """Everything about the chosen face as HTML: face() and words()."""
        return *self.face(state, found, label, marked), self.words(state, found, label, marked)

    def words(self, state, found, label, marked):
        """The explanation of a label in sentences, as HTML."""
        if state is None or label not in found:
            return ""
        explanation = found[label]
        lines = [sentences.what_if(explanation.without, label)]
        return cards.paragraphs(sentences.certainty(state.whole), lines,
                                wording.cautions(explanation))


def gallery(state):
    """The faces of a picture as HTML, to choose from; "" if there is only one."""
    answers = [sentences.share(answer.argmax(), answer) for answer in state.answers]
    return cards.gallery([face.pixels for face in state.faces], answers, state.chosen)


def strongest(found, label, marked):
    """The superpixels to mark as speaking for a label: int (at most `marked`,)."""
    return found[label].strongest(1, int(marked)) if label in found else np.arange(0)


def names(state, weights=None):
    """What each superpixel is called: its number, its region, and its weight in points if known."""
    called = [f"part {part}, {state.parts.region(part)}" for part in range(state.parts.count)]
    if weights is None:
        return called
    return [f"{name}: {100 * weight:+.1f} points"
            for name, weight in zip(called, weights, strict=True)]
