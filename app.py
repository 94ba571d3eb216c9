"""Explain your own pictures in the browser, from a file or the webcam.

    pip install -r requirements-app.txt
    python app.py                 # then open http://127.0.0.1:7860

The page shows the emotion that the model predicts for each face, and lets you hide parts of the
face to see how the answer changes. It explains which parts speak for each emotion. Other machines
can open the page only if --host allows it. A picture lies in a temporary folder until it has been
read, and is then deleted; the page keeps faces of 48x48 pixels in memory while it is open.
"""
import functools
import os
import pathlib
import signal
import sys
import tempfile
import types

from base import command_line
from base.errors import UserError
from explaining.settings import LimeSettings, add_lime_options
from fer2013 import EMOTIONS, bundled
from networks.ways import add_feeding_options

LARGEST_UPLOAD = "20mb"  # pictures from phones have 3 to 12 MB
SAMPLES = ["auto", 500, 1000, 2000, 4000]  # as explain.py --samples
KEPT = 3600  # seconds until an uploaded picture is deleted
TITLE = "Emotion recognition, explained"
FIGURES = bundled.HERE / "figures"  # with the page's style and script
STYLE, SCRIPT = FIGURES / "page.css", FIGURES / "page.js"


def main():
    args = parse_arguments()
    with command_line.quiet_stderr():
        from explaining.page import Page
        from networks.network import open_network

    # SIGTERM as a normal exit, so that the temporary folder is removed
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory(prefix="emotions-") as folder:  # for Gradio's pictures
        gradio = load_gradio(folder)
        settings = LimeSettings(args.superpixels, args.hide, seed=args.seed)
        model_path = bundled.choose_photograph_model(args.model, args.outputs)
        network = open_network(model_path, bundled.DATA, args.scale, args.labels, args.outputs)
        blocks = build(gradio, Page(network, settings, bundled.model_line(model_path)))
        print(f"model: {bundled.shorten(model_path)}, trained on "
              f"{bundled.trained_on(model_path)}; open http://{args.host}:{args.port}; "
              "stop with Ctrl-C", flush=True)
        serve(gradio, blocks, args)


def parse_arguments():
    parser = command_line.parser(__doc__)
    parser.add_argument("--host", default="127.0.0.1",
                        help="address to listen on; 0.0.0.0 lets other machines open the page")
    parser.add_argument("--port", type=command_line.port_number, default=7860,
                        help="port to listen on")
    command_line.add_model_option(parser)
    add_feeding_options(parser)
    add_lime_options(parser, samples=False)
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
    """The page: the picture at the left, the face and its bars, and the explanation below."""
    with gradio.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(KEPT, KEPT)) as blocks:
        gradio.Markdown(f"# {TITLE}\nWhich of seven emotions a small network reads in a face, and "
                        "which parts of the face its answer depends on. An expression is not a "
                        "feeling.")
        at = types.SimpleNamespace(opened=gradio.State(), state=gradio.State(),
                                   found=gradio.State({}))
        with gradio.Row():
            with gradio.Column(scale=3, min_width=280):
                add_picture(gradio, at)
            with gradio.Column(scale=4, min_width=280, elem_classes="with-face"):
                add_face(gradio, at)
            with gradio.Column(scale=4, min_width=280, elem_classes="with-face"):
                add_explanation(gradio, at)
        connect_picture(gradio, page, at)
        connect_face(gradio, page, at)
    return blocks


def add_picture(gradio, at):
    at.file = gradio.File(label="A picture with faces", type="filepath", height=140)
    with gradio.Accordion("Webcam", open=False):
        at.webcam = gradio.Image(sources=["webcam"], type="filepath", label="Webcam")
    at.cropped = gradio.Checkbox(label="The picture is one face, from forehead to chin")
    at.notice = gradio.HTML(apply_default_css=False)
    at.photograph = gradio.HTML(apply_default_css=False)
    at.gallery = choosable(gradio)


def add_face(gradio, at):
    from explaining.what_if import CHOICES

    at.board = choosable(gradio)
    with gradio.Row():
        at.buttons = {name: gradio.Button(name, size="sm", min_width=120) for name in CHOICES}


def add_explanation(gradio, at):
    at.bars = gradio.HTML(apply_default_css=False)
    at.label = gradio.Radio([(name, label) for label, name in enumerate(EMOTIONS)],
                            label="Emotion to explain")
    at.samples = gradio.Radio(SAMPLES, value="auto", label="Samples")
    at.button = gradio.Button("Explain", variant="primary")
    at.marked = gradio.Slider(1, 10, 5, step=1, label="Marked parts")
    at.words = gradio.HTML(apply_default_css=False)


def connect_picture(gradio, page, at):
    """A new picture, or another of its faces, clears what was known about the last one."""
    face = [at.state, at.found, at.label, at.notice, at.gallery]
    for source, event in ((at.file, at.file.upload), (at.webcam, at.webcam.input)):
        event(read_and_delete, [source], [at.opened, at.photograph]).then(
            page.look, [at.opened, at.cropped], face).then(
            page.view, seen(at), [at.board, at.bars, at.words])
    at.cropped.input(page.look, [at.opened, at.cropped], face).then(
        page.view, seen(at), [at.board, at.bars, at.words])
    at.gallery.click(with_choice(gradio, page.choose_face), [at.state], face).then(
        page.view, seen(at), [at.board, at.bars, at.words])


def read_and_delete(path):
    """session.read() of an uploaded picture, which is deleted."""
    from explaining import session

    try:
        return session.read(path)
    finally:
        pathlib.Path(path).unlink(missing_ok=True)


def connect_face(gradio, page, at):
    """Clicks on parts of the face, the buttons, and the choice of what is explained."""
    face = [at.state, at.board, at.bars]
    at.board.click(with_choice(gradio, page.toggle), seen(at), face, show_progress="hidden")
    for name, button in at.buttons.items():
        button.click(functools.partial(page.press, name), seen(at), face, show_progress="hidden")
    gradio.on([at.label.input, at.marked.change], page.view, seen(at),
              [at.board, at.bars, at.words], show_progress="hidden")
    at.button.click(page.explain, [at.state, at.label, at.samples], [at.found, at.words]).then(
        page.view, seen(at), [at.board, at.bars, at.words])


def seen(at):
    """What the page shows now: the inputs of most events."""
    return [at.state, at.found, at.label, at.marked]


def choosable(gradio):
    """HTML whose parts can be chosen: those with a data-choice."""
    return gradio.HTML(apply_default_css=False, js_on_load=SCRIPT.read_text(encoding="utf-8"))


def with_choice(gradio, function):
    """The function of an event whose first argument is what was chosen in choosable() HTML."""
    def respond(event: gradio.EventData, *values):
        return function(event.choice, *values)
    return respond


def serve(gradio, blocks, args):
    """Serve the page until Ctrl-C; UserError if the port is in use, instead of another port."""
    theme = gradio.themes.Default(  # fonts of the system, none from other servers
        font=["system-ui", "sans-serif"], font_mono=["monospace"])
    try:
        blocks.queue(max_size=8, api_open=False).launch(
            server_name=args.host, server_port=args.port, share=False, theme=theme,
            css=STYLE.read_text(encoding="utf-8"), max_file_size=LARGEST_UPLOAD, footer_links=[],
            ssr_mode=False, quiet=True)
    except OSError as error:
        raise UserError(f"--host {args.host} --port {args.port}: "
                        f"cannot listen there ({error})") from error


if __name__ == "__main__":
    command_line.run(main)
