"""The page out of Gradio's parts, and which event calls what."""
import functools
import pathlib
import types

from fer2013 import EMOTIONS
from page import drawing, session
from page.events import CHOICES

HERE = pathlib.Path(__file__).parent
STYLE, SCRIPT = ((HERE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
TITLE = "Emotion recognition, explained"
SAMPLES = ["auto", 500, 1000, 2000, 4000]  # as explain.py --samples
BY_NAME = [(emotion, label) for label, emotion in enumerate(EMOTIONS)]
SCROLL = "() => innerWidth < 700 && document.querySelector('{}').scrollIntoView()"  # on phones
SAVE = """file => Object.assign(document.createElement('a'),
    {href: file.address, download: file.name}).click()"""


def build(gradio, page):
    """The Blocks: the picture at the left, then the face, then its bars and the explanation."""
    text = functools.partial(gradio.HTML, apply_default_css=False)
    choosable = functools.partial(text, js_on_load=SCRIPT)
    at = types.SimpleNamespace()
    with gradio.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(60, 600)) as blocks:
        gradio.Markdown(f"# {TITLE}\nWhich of seven emotions a small network reads in a face, and "
                        "which parts of the face its prediction depends on. An expression is not "
                        "a feeling.")
        at.picture, at.state, at.found = gradio.State(), gradio.State(), gradio.State({})
        at.saved = gradio.JSON(visible=False)
        with gradio.Row():
            with gradio.Column(scale=3, min_width=280):
                at.file = gradio.File(label="A picture with faces", type="filepath", height=140)
                at.notice, at.photograph, at.gallery = text(), text(), choosable()
                at.cropped = gradio.Checkbox(label="The picture is one face, from forehead to chin")
                at.examples = choosable("<p>Or try one of these:</p>"
                                        + drawing.choices(*session.examples()))
                with gradio.Accordion("Webcam", open=False):
                    at.webcam = gradio.Image(sources=["webcam"], type="filepath", label="Webcam",
                                             image_mode=None)  # else the path is of a copy
            with gradio.Column(scale=4, min_width=280, elem_classes="with-face with-board"):
                text("<p>Click a part of the face to hide it, and again to show it.</p>")
                at.board = choosable()
            with gradio.Column(scale=4, min_width=280, elem_classes="with-face"):
                add_prediction(gradio, text, at)
        with gradio.Column(elem_classes="with-words"):
            at.other = gradio.Dropdown(BY_NAME, label="Why this emotion, and not …")
            at.versus = text()
            with gradio.Accordion("Parts, pairs and scores", open=False):
                at.details = text()
        connect(gradio, page, at)
    return blocks


def add_prediction(gradio, text, at):
    """The bars, buttons that hide and show, what to explain, and the explanation in words."""
    at.bars = text()
    with gradio.Row():
        at.buttons = {name: gradio.Button(
            name, size="sm", min_width=120, elem_classes=[] if name.endswith(" all")
            else "with-words") for name in CHOICES}
    at.label = gradio.Radio(BY_NAME, label="Emotion to explain")
    with gradio.Row():
        at.explain = gradio.Button("Explain", variant="primary", elem_id="explain")
        at.stop = gradio.Button("Stop", visible=False, min_width=80)
    at.words = text()
    with gradio.Row(elem_classes="with-words"):
        at.png = gradio.Button("Save the figure", size="sm", min_width=120)
        at.json = gradio.Button("Save the data", size="sm", min_width=120)
    with gradio.Accordion("Settings", open=False):
        at.samples = gradio.Radio(
            SAMPLES, value="auto", label="Samples",
            info="How often the network is asked about the face with other parts hidden; auto: "
                 "until the strongest parts no longer change.")


def connect(gradio, page, at):
    """Which event calls what; everything about the face is then shown anew."""
    seen, everything = [at.state, at.found, at.label], [
        at.board, at.bars, at.words, at.versus, at.details]
    quiet = {"show_progress": "hidden"}

    def show(event):
        return event.then(page.view, [*seen, at.other], everything, **quiet)

    def working(now):
        return (gradio.Button("Explaining …" if now else "Explain", interactive=not now),
                gradio.Button(visible=now))

    controls = [at.explain, at.stop]
    rest = {"fn": functools.partial(working, False), "inputs": None, "outputs": controls, **quiet}
    explaining = at.explain.click(functools.partial(working, True), None, controls, **quiet).then(
        page.explain, [at.state, at.label, at.samples], [at.found, at.board, at.words], **quiet)
    stop = {"cancels": [explaining]}
    show(explaining.then(**rest)).then(None, js=SCROLL.format("#explain"))
    show(at.stop.click(**rest, **stop))

    face = [at.state, at.label, at.other, at.found, at.notice, at.gallery]
    opened = [at.picture, at.photograph]
    for event, function, inputs, outputs in (
            (at.file.upload, lambda path: (None, *session.open_upload(path)), [at.file],
             [at.file, *opened]),
            (at.webcam.input, functools.partial(session.open_upload, name="webcam"), [at.webcam],
             opened),
            (at.examples.click, with_choice(gradio, session.open_example), None, opened)):
        read = event(function, inputs, outputs, show_progress_on=[at.file], **stop)
        look = read.then(page.look, [at.picture, at.cropped], face).then(**rest)
        show(look).then(None, js=SCROLL.format(".with-board, .notice"))
    for event, function, inputs in (
            (at.cropped.input, page.look, [at.picture, at.cropped]),
            (at.gallery.click, with_choice(gradio, page.choose_face), [at.state])):
        show(event(function, inputs, face, **stop).then(**rest))

    # every click counts, also while another is answered, one after the other
    each = {"outputs": [at.state, at.board, at.bars], "trigger_mode": "multiple",
            "concurrency_id": "face", **quiet}
    at.board.click(with_choice(gradio, page.toggle), seen, **each)
    for name, button in at.buttons.items():
        button.click(functools.partial(page.press, name), seen, **each)
    gradio.on([at.label.input, at.other.input], page.view, [*seen, at.other], everything, **quiet)
    for button, function in ((at.png, page.figure), (at.json, page.data)):
        button.click(function, seen, at.saved).then(None, at.saved, js=SAVE)


def with_choice(gradio, function):
    """The function of an event whose first argument is what was chosen in choosable HTML."""
    def respond(event: gradio.EventData, *values):
        return function(event.choice, *values)
    return respond
