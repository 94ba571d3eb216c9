"""Explain your own pictures in the browser, from a file or the webcam.

    pip install -r requirements-app.txt
    python app.py                 # then open http://127.0.0.1:7860

The page shows the emotion that the model predicts for each face, lets you hide parts of the face to
see how the answer changes, and explains which parts speak for each emotion. It answers only to this
machine unless --host says otherwise. A picture lies in a temporary folder until it has been read,
and is then deleted; its faces of 48x48 pixels stay in the memory of the server while it runs.
"""
import contextlib
import functools
import os
import pathlib
import signal
import sys
import types

from base import options
from base.errors import UserError
from explaining.settings import LimeSettings
from fer2013 import EMOTIONS, included
from networks import choice
from page import own_page

LARGEST_UPLOAD = "20mb"  # pictures from phones have 3 to 12 MB
SAMPLES = ["auto", 500, 1000, 2000, 4000]  # as explain.py --samples
SESSIONS = 100  # open pages whose faces are kept in memory
WAITING = 64  # clicks that are not yet answered
TITLE = "Emotion recognition, explained"
PAGE = included.HERE / "page"  # with the page's style and script
STYLE, SCRIPT = PAGE / "page.css", PAGE / "page.js"
EXPLAIN, BLUE = "Explain", "#005a9c"  # white on this blue has a contrast of 6.9
BY_NAME = [(emotion, label) for label, emotion in enumerate(EMOTIONS)]
SCROLL = """() => '{}'.split(',').map(each => document.querySelector(each)).find(Boolean)
    ?.scrollIntoView({{block: innerWidth < 700 ? 'start' : 'nearest'}})"""  # to the first there is
SAVE = """file => Object.assign(document.createElement('a'),
    {href: file.address, download: file.name}).click()"""


def main():
    args = parse_arguments()
    with options.quiet_stderr():
        from networks.network import open_network
        from page.events import Page
        from photographs.detection import detector

    # SIGTERM as a normal exit, so that the temporary folder is removed
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with own_page.private_folder("emotions-") as folder:  # for uploaded pictures
        gradio = load_gradio(folder)
        settings = LimeSettings(args.superpixels, args.hide, seed=args.seed)
        model_path = choice.choose_for_photographs(args.model, args.outputs)
        network = open_network(model_path, included.open_own(), args.scale, args.labels,
                               args.outputs)
        with contextlib.suppress(UserError):  # the page says then what is wrong
            detector()  # once, before several people may need it at the same time
        blocks = build(gradio, Page(network, settings, choice.in_words(model_path)))
        serve(gradio, blocks, args, folder)
        print(f"{choice.in_words(model_path)}; open http://{args.host}:{args.port}; stop with "
              "Ctrl-C", flush=True)
        blocks.block_thread()


def parse_arguments():
    parser = options.parser(__doc__)
    parser.add_argument("--host", default="127.0.0.1",
                        help="address to listen on; 0.0.0.0 lets other machines open the page")
    parser.add_argument("--port", type=options.port_number, default=7860,
                        help="port to listen on")
    options.add_options(parser, choice.ModelOptions)
    options.add_options(parser, LimeSettings, leave_out=["samples"])
    parser.add_argument("--outputs", default="outputs",
                        help="folder of a training run, from which the model is taken")
    return parser.parse_args()


def load_gradio(folder):
    """Import Gradio, set up to keep pictures in `folder` and to send no telemetry.

    Gradio reads these environment variables when it is imported.
    """
    os.environ |= {"GRADIO_TEMP_DIR": folder, "GRADIO_ANALYTICS_ENABLED": "False",
                   "HF_HUB_DISABLE_TELEMETRY": "1"}
    try:
        import gradio
    except ImportError as error:
        raise UserError(f"needs Gradio ({error}); "
                        "pip install -r requirements-app.txt") from error
    return gradio


def build(gradio, page):
    """The page: the picture at the left, then the face, then its bars and the explanation."""
    with gradio.Blocks(title=TITLE, analytics_enabled=False) as blocks:
        gradio.Markdown(f"# {TITLE}\nWhich of seven emotions a small network reads in a face, and "
                        "which parts of the face its answer depends on. An expression is not a "
                        "feeling.")
        at = types.SimpleNamespace(opened=gradio.State(), state=gradio.State(),
                                   found=gradio.State({}), saved=gradio.JSON(visible=False))
        with gradio.Row():
            with gradio.Column(scale=3, min_width=280):
                add_picture(gradio, at)
            with gradio.Column(scale=4, min_width=280, elem_classes="with-face"):
                add_face(gradio, at)
            with gradio.Column(scale=4, min_width=280, elem_classes="with-face"):
                add_answer(gradio, at)
        with gradio.Column(elem_classes="with-words"):
            add_more(gradio, at)
        connect_explanation(gradio, page, at)
        connect_picture(gradio, page, at)
        connect_face(gradio, page, at)
        connect_downloads(page, at)
    return blocks


def add_picture(gradio, at):
    """Where a picture is chosen, and what was found in it."""
    from page import downloads

    at.file = gradio.File(label="A picture with faces", type="filepath", height=140)
    at.notice, at.photograph = text(gradio), text(gradio)
    at.gallery = choosable(gradio)
    at.cropped = gradio.Checkbox(label="The picture is one face, from forehead to chin")
    at.examples = choosable(gradio, downloads.strip())
    with gradio.Accordion("Webcam", open=False):
        at.webcam = gradio.Image(sources=["webcam"], type="filepath", label="Webcam",
                                 image_mode=None)  # else the path is that of a converted copy


def add_face(gradio, at):
    """The face, whose parts can be hidden."""
    text(gradio, "<p>Click a part of the face to hide it, and again to show it: how does the "
                 "answer change?</p>")
    at.board = choosable(gradio)


def add_answer(gradio, at):
    """The bars, buttons that hide and show, what to explain, and the explanation in sentences."""
    from page.what_if import CHOICES

    at.bars = text(gradio)
    with gradio.Row():
        at.buttons = {
            name: gradio.Button(name, size="sm", min_width=120, elem_classes=[] if name.endswith(
                " all") else "with-words") for name in CHOICES}
    at.label = gradio.Radio(BY_NAME, label="Emotion to explain")
    with gradio.Row():
        at.button = gradio.Button(EXPLAIN, variant="primary")
        at.stop = gradio.Button("Stop", visible=False, min_width=80)
    at.words = text(gradio, elem_id="words")
    with gradio.Column(elem_classes="with-words"):
        at.marked = gradio.Slider(1, 10, 5, step=1, label="Marked parts")
        with gradio.Row():
            at.png = gradio.Button("Save the figure", size="sm", min_width=120)
            at.json = gradio.Button("Save the data", size="sm", min_width=120)
    with gradio.Accordion("Settings", open=False):
        at.samples = gradio.Radio(
            SAMPLES, value="auto", label="Samples",
            info="How often the network is asked about the face with other parts hidden; auto: "
                 "until the strongest parts no longer change.")


def add_more(gradio, at):
    """Another emotion beside the explained one, the parts, and the scores."""
    at.other = gradio.Dropdown(BY_NAME, label="Why this emotion, and not …")
    at.versus = text(gradio)
    with gradio.Accordion("Parts and pairs", open=False):
        at.details = text(gradio)
    with gradio.Accordion("R², stability, samples and seed", open=False):
        at.scores = text(gradio)


def connect_explanation(gradio, page, at):
    """The button explains; meanwhile it says so, and another button stops it."""
    def rest():
        return gradio.Button(EXPLAIN, interactive=True), gradio.Button(visible=False)

    def work():
        return gradio.Button("Explaining …", interactive=False), gradio.Button(visible=True)

    controls = [at.button, at.stop]
    at.all = [at.board, at.bars, at.words, at.versus, at.details, at.scores]
    at.seen = [at.state, at.found, at.label, at.marked]  # what Page.face() shows
    at.rest = {"fn": rest, "inputs": None, "outputs": controls, "show_progress": "hidden"}
    at.explaining = at.button.click(work, None, controls, show_progress="hidden").then(
        page.explain, [at.state, at.label, at.samples, at.marked], [at.found, at.words],
        show_progress="hidden")
    ended = at.explaining.then(**at.rest)
    stopped = at.stop.click(cancels=[at.explaining], **at.rest)
    for end in (ended, stopped):
        show(page, at, end).then(None, js=SCROLL.format("#words"))


def show(page, at, event):
    """Show everything about the face anew after an event."""
    return event.then(page.view, [*at.seen, at.other], at.all, show_progress="hidden")


def connect_picture(gradio, page, at):
    """A new picture, or another of its faces, clears what was known about the last one."""
    from page import downloads

    face = [at.state, at.found, at.label, at.other, at.notice, at.gallery]
    opened, stop = [at.opened, at.photograph], {"cancels": [at.explaining]}
    example = with_choice(gradio, downloads.open_example)
    for event, function, inputs, outputs in (
            (at.file.upload, read_and_clear, [at.file], [at.file, *opened]),
            (at.webcam.input, functools.partial(read_and_delete, name="webcam"), [at.webcam],
             opened),
            (at.examples.click, example, None, opened)):
        read = event(function, inputs, outputs, show_progress_on=[at.file], **stop)
        look = read.then(page.look, [at.opened, at.cropped], face).then(**at.rest)
        show(page, at, look).then(None, js=SCROLL.format("svg.board,.notice"))
    for event, function, inputs in (
            (at.cropped.input, page.look, [at.opened, at.cropped]),
            (at.gallery.click, with_choice(gradio, page.choose_face), [at.state])):
        show(page, at, event(function, inputs, face, **stop).then(**at.rest))


def read_and_delete(path, name=None):
    """session.read() of an uploaded picture, which is deleted."""
    from page import session

    try:
        return session.read(path, name)
    finally:
        pathlib.Path(path).unlink(missing_ok=True)


def read_and_clear(path):
    """An empty field for the next picture, and read_and_delete() of this one."""
    return None, *read_and_delete(path)


def connect_face(gradio, page, at):
    """Clicks on parts of the face, the buttons, and the choice of what is explained."""
    # every click counts, also while another is answered, one after the other
    each = {"outputs": [at.state, at.board, at.bars], "show_progress": "hidden",
            "trigger_mode": "multiple", "concurrency_id": "face"}
    at.board.click(with_choice(gradio, page.toggle), at.seen, **each)
    for name, button in at.buttons.items():
        button.click(functools.partial(page.press, name), at.seen, **each)
    gradio.on([at.label.input, at.marked.change, at.other.input], page.view,
              [*at.seen, at.other], at.all, show_progress="hidden")


def connect_downloads(page, at):
    from page import downloads

    for button, function in ((at.png, downloads.figure), (at.json, downloads.data)):
        button.click(functools.partial(function, page), at.seen[:3], at.saved).then(
            None, at.saved, js=SAVE)


def text(gradio, value="", **options):
    """HTML in the page's own style, in which nothing can be chosen."""
    return gradio.HTML(value, apply_default_css=False, js_on_load=None, **options)


def choosable(gradio, value=""):
    """HTML in which everything with a data-choice can be chosen."""
    return gradio.HTML(value, apply_default_css=False,
                       js_on_load=SCRIPT.read_text(encoding="utf-8"))


def with_choice(gradio, function):
    """The function of an event whose first argument is what was chosen in choosable() HTML."""
    def respond(event: gradio.EventData, *values):
        return function(event.choice, *values)
    return respond


def serve(gradio, blocks, args, folder):
    """Begin to serve the page; UserError if the port is in use, instead of another port."""
    from starlette.middleware import Middleware  # comes with Gradio

    theme = gradio.themes.Default(  # fonts of the system, none from other servers
        primary_hue="blue", font=["system-ui", "sans-serif"], font_mono=["monospace"])
    theme.set(body_text_color_subdued="#52525b",  # the default has a contrast of 1.9
              button_primary_background_fill=BLUE, button_primary_background_fill_dark=BLUE,
              button_primary_background_fill_hover=BLUE,
              button_primary_background_fill_hover_dark=BLUE)
    try:
        blocks.queue(max_size=WAITING, api_open=False).launch(
            server_name=args.host, server_port=args.port, share=False, theme=theme,
            css=STYLE.read_text(encoding="utf-8"), max_file_size=LARGEST_UPLOAD, footer_links=[],
            ssr_mode=False, quiet=True, prevent_thread_lock=True, state_session_capacity=SESSIONS,
            app_kwargs={"middleware": [Middleware(own_page.OwnPage, args.host, folder)]})
    except OSError as error:
        raise UserError(f"--host {args.host} --port {args.port}: "
                        f"cannot listen there ({error})") from error


if __name__ == "__main__":
    options.run(main)
