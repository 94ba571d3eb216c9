"""What the page of app.py answers to each event: records, and HTML.

    page = Page(network, LimeSettings(), "model: ...")
    opened, photograph = session.read("me.jpg")
    state, found, label, *html = page.look(opened, cropped=False)
    state, *html = page.toggle("12", state, found, label, 5)     # superpixel 12 is hidden
"""
import dataclasses

import numpy as np
from threadpoolctl import threadpool_limits

from explaining import lime, wording
from explaining.regions import part_names
from explaining.samples import SHOWN
from explaining.verdict import without_parts
from fer2013 import EMOTIONS
from page import cards, session, what_if

NO_FACE = ("No face was found in this picture. Take one in which a whole face can be seen from the "
           "front, upright and with some space around it. If the picture is nothing but a face, "
           "from forehead to chin, tick “The picture is one face”.")
LABELS = range(len(EMOTIONS))
MOST = 10  # superpixels that are marked or listed at most


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
            Session or None, {} for the explanations, the predicted label and the next likely one
            (or None), and HTML: what is wrong or to be known, and the faces to choose from.
        """
        problem = "" if opened is None else opened.problem
        if opened and not problem and not (cropped or opened.faces):
            problem = NO_FACE
        if opened is None or problem:
            return None, {}, None, None, cards.notice(problem), ""
        state = session.start(opened, cropped, self.settings, self.network.predict)
        return self.choose_face(state.chosen, state)

    def choose_face(self, choice, state):
        """Look at another face of the picture; returns as look()."""
        state = state.choose(int(choice))
        first, second = map(int, np.argsort(-state.whole, kind="stable")[:2])
        note = state.faces[state.chosen].note
        notice = cards.notice(f"About this face: {note}." if note else "")
        return state, {}, first, second, notice, gallery(state)

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

    def explain(self, state, label, samples, marked):
        """Explain the chosen face for every label, the given one first.

        The samples are drawn as by explain.py for this label, so that the numbers are the same.

        Yields:
            {label: Explanation} of those explained so far, and HTML: the given label's in
            sentences, and how far it is.
        """
        settings = dataclasses.replace(self.settings, samples=samples)
        found, words, labels = {}, "", sorted(LABELS, key=lambda other: other != label)
        yield found, cards.notice("The network is asked about the face with other parts hidden.")
        with threadpool_limits(1):  # as explaining.engine, for the same last bits
            for other, explanation in lime.explain_in_turn(
                    state.parts.face, self.network.predict, labels, settings,
                    state.parts.segments, labels[:1]):
                found = found | {other: explanation}
                words = words or self.words(state, explanation, marked)
                yield found, words + cards.notice(f"{len(found)} of {len(LABELS)} emotions are "
                                                  "explained.")

    def view(self, state, found, label, marked, other):
        """Everything about the chosen face as HTML.

        face(), the explanation in sentences, beside that of another label, its parts and pairs, and
        its scores; the last four are "" before it is explained.
        """
        face = self.face(state, found, label, marked)
        if state is None or label not in found:
            return *face, "", "", "", ""
        return (*face, self.words(state, found[label], marked), versus(state, found, label, other),
                details(state, found[label]), self.scores(state, found[label]))

    def words(self, state, explanation, marked):
        """The explanation of a label in sentences, as HTML."""
        without = explanation.without
        if marked != SHOWN:
            without = without_parts(
                explanation.face, self.network.predict, explanation.label, explanation.segments,
                state.parts.hidden, explanation.strongest(1, state.parts.count), explanation.seed,
                marked)
        lines = [wording.posed(state.posed, state.whole),
                 wording.what_if(without, explanation.label) + ".",
                 wording.verdict(without) + "."]
        return cards.paragraphs(wording.certainty(state.whole), list(filter(None, lines)),
                                wording.cautions(explanation))

    def scores(self, state, explanation):
        """The scores and the settings to repeat an explanation, as HTML."""
        explained = self.explained(state, explanation)
        return cards.lines("", [wording.description(explained), *filter(None, (
            state.faces[state.chosen].note, self.network.caption, self.source))])

    def explained(self, state, explanation):
        """The wording.Explained of an explanation."""
        return wording.Explained(
            explanation, self.settings, state.faces[state.chosen].note, number=state.chosen + 1,
            fed=self.network.caption, source=self.source)


def gallery(state):
    """The faces of a picture as HTML, to choose from; "" if there is only one."""
    answers = [wording.share(answer.argmax(), answer) for answer in state.answers]
    return cards.gallery([face.pixels for face in state.faces], answers, state.chosen)


def strongest(found, label, marked):
    """The superpixels to mark as speaking for a label: int (at most `marked`,)."""
    return found[label].strongest(1, int(marked)) if label in found else np.arange(0)


def names(state, weights=None):
    """What each superpixel is called: its place, its number, and its weight in points if known."""
    points = [""] * state.parts.count if weights is None else [
        f": {100 * weight:+.1f} points" for weight in weights]
    return [f"{place}, part {part}{point}" for part, (place, point) in enumerate(
        zip(part_names(state.parts.segments), points, strict=True))]


def versus(state, found, label, other):
    """HTML of the explanations of two labels side by side, the same strength for one weight."""
    if other not in found or other == label:
        return cards.lines("Choose another emotion to compare.", [])
    both = [found[label], found[other]]
    limit = max(np.abs(explanation.weights).max() for explanation in both)
    maps = [cards.weighted(state.parts, explanation.weights, limit, sides(explanation),
                           wording.share(explanation.label, state.whole),
                           wording.sides(explanation, part_names(explanation.segments)))
            for explanation in both]
    return cards.side_by_side(maps, wording.preference(*both, part_names(state.parts.segments)))


def sides(explanation):
    """The strongest superpixels for and against a label."""
    return [*explanation.strongest(1), *explanation.strongest(-1)]


def details(state, explanation):
    """HTML of the strongest superpixels, and of what pairs of them do together."""
    called, weighted = part_names(explanation.segments), names(state, explanation.weights)
    strongest = [weighted[part] for part in np.argsort(-np.abs(explanation.weights))[:MOST]]
    label = EMOTIONS[explanation.label]
    return (cards.lines(f"What each of the strongest parts adds to the probability of {label}:",
                        strongest)
            + cards.lines("What pairs add beyond that, mean over all states of the other parts:",
                          wording.pairs(explanation, called)))
