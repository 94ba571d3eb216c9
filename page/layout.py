"""The page out of Gradio's parts, and which event calls what."""
import functools
import pathlib
import types

import gradio
import numpy as np
from PIL import Image
from starlette.middleware import Middleware  # comes with Gradio

from fer2013 import EMOTIONS
from page import drawing
from page.events import CHOICES
from page.guard import guarded
from page.session import EXAMPLES

HERE = pathlib.Path(__file__).parent
STYLE, SCRIPT = ((HERE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
TITLE = "Emotion recognition, explained"
SCROLL = "() => innerWidth < 700 && document.querySelector('{}').scrollIntoView()"  # on phones
LARGEST_UPLOAD = "20mb"  # pictures from phones have 3 to 12 MB


def launch(page, host, port):
    """Serve an events.Page in the background; returns the Blocks, OSError if that is impossible."""
    theme = gradio.themes.Default(  # fonts of the system, none from other servers
        primary_hue="blue", font=["system-ui", "sans-serif"], font_mono=["monospace"])
    blocks = build(page).queue(api_open=False)
    blocks.launch(
        server_name=host, server_port=port, share=False, theme=theme, css=STYLE, quiet=True,
        max_file_size=LARGEST_UPLOAD, footer_links=[], ssr_mode=False, prevent_thread_lock=True,
        app_kwargs={"middleware": [Middleware(guarded, host)]})
    return blocks


def build(page):
    """The Blocks: the picture at the left, then the face, then its bars and the explanation."""
    text = functools.partial(gradio.HTML, apply_default_css=False)
    choosable = functools.partial(text, js_on_load=SCRIPT)
    at = types.SimpleNamespace()
    with gradio.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(60, 600)) as blocks:
        gradio.Markdown(f"# {TITLE}\nWhich of seven emotions a small network reads in a face, and "
                        "which parts of the face its prediction depends on. An expression is not "
                        "a feeling.")
        at.state, at.found = gradio.State(), gradio.State({})
        with gradio.Row():
            with gradio.Column(scale=3, min_width=280):
                at.file = gradio.File(label="A picture with faces", type="filepath", height=140)
                at.notice, at.photograph, at.gallery = text(), text(), choosable()
                at.examples = choosable("<p>Or try one of these:</p>" + drawing.choices(
                    EXAMPLES, [np.asarray(Image.open(path).convert("L").resize((96, 96)))
                               for path in EXAMPLES.values()]))
                with gradio.Accordion("Webcam", open=False):
                    at.webcam = gradio.Image(sources=["webcam"], type="filepath", label="Webcam",
                                             image_mode=None)  # else the path is of a copy
            with gradio.Column(scale=4, min_width=280, elem_classes="with-face with-board"):
                text("<p>Click a part of the face to hide it, and again to show it.</p>")
                at.board = choosable()
            with gradio.Column(scale=4, min_width=280, elem_classes="with-face"):
                add_prediction(text, at)
        connect(page, at)
    return blocks


def add_prediction(text, at):
    """The bars, buttons that hide and show, what to explain, and the explanation in words."""
    at.bars = text()
    with gradio.Row():
        at.buttons = {name: gradio.Button(
            name, size="sm", min_width=150, elem_classes=[] if name.endswith(" all")
            else "with-words") for name in CHOICES}
    at.label = gradio.Radio(list(zip(EMOTIONS, range(7), strict=True)), label="Emotion to explain")
    at.explain = gradio.Button("Explain", variant="primary", elem_id="explain")
    at.words = text()


def connect(page, at):
    """Which event calls what."""
    seen, shown = [at.state, at.found, at.label], [at.board, at.bars, at.words]
    face = [at.state, at.label, at.found, at.notice, at.gallery, *shown]
    opened, quiet = [at.photograph, *face], {"show_progress": "hidden"}

    explaining = at.explain.click(page.explain, [at.state, at.label], [at.found, *shown], **quiet)
    explaining.then(page.view, seen, shown, **quiet).then(None, js=SCROLL.format("#explain"))
    other = {"cancels": [explaining], "show_progress_on": [at.file]}
    at.gallery.click(with_choice(page.choose_face), at.state, face, **other)
    for opening in (
            at.file.upload(page.upload, at.file, [at.file, *opened], **other),
            at.webcam.input(page.upload, at.webcam, [at.webcam, *opened], **other),
            at.examples.click(with_choice(page.open_example), None, opened, **other)):
        opening.then(None, js=SCROLL.format(".with-board, .notice"))

    # every click counts, also while another is answered, one after the other
    each = {"outputs": [at.state, at.board, at.bars], "trigger_mode": "multiple",
            "concurrency_id": "face", **quiet}
    at.board.click(with_choice(page.press), seen, **each)
    for name, button in at.buttons.items():
        button.click(functools.partial(page.press, name), seen, **each)
    at.label.input(page.view, seen, shown, **quiet)


def with_choice(function):
    """The function of an event whose first argument is what was chosen in choosable HTML."""
    def respond(event: gradio.EventData, *values):
        return function(event.choice, *values)
    return respond
