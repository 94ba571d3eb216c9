"""Try it in the browser: a picture or the webcam, the emotions that the model reads, and what it looks at.

    pip install -r requirements-app.txt
    python app.py                 # then open http://127.0.0.1:7860

Other machines cannot reach it unless --host says so. Pictures stay on this machine, in a temporary folder that is
emptied by the hour and when the server ends.
"""
import dataclasses
import functools
import os
import pathlib
import signal
import sys
import tempfile

from base import command_line
from base.errors import UserError
from explaining.settings import LimeSettings, add_lime_options
from fer2013 import EMOTIONS, bundled
from networks.ways import add_feeding_options

PREDICTED = "the predicted emotion"
LARGEST_UPLOAD = "20mb"  # phones' pictures have 3 to 12 MB
FEWEST, MOST = 100, 4000  # samples: at least one for each superpixel, at most as many as explain.py takes
RESOLUTION = 120  # dots per inch of the figure, which is 12.5 inches wide
KEPT = 3600  # seconds until an uploaded picture is removed


def main():
    args = parse_arguments()
    with command_line.quiet_stderr():
        from figures import style
        from networks.network import open_network

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the folder below goes then too
    with tempfile.TemporaryDirectory(prefix="emotions-") as folder:  # where Gradio keeps the pictures
        gradio = load_gradio(folder)
        settings = LimeSettings(args.superpixels, args.hide, seed=args.seed)
        model_path = bundled.choose_model(args.model, args.outputs)
        network = open_network(model_path, bundled.DATA, args.scale, args.labels, args.outputs)
        style.set_resolution(RESOLUTION)
        page = build(gradio, functools.partial(answer, gradio, settings, network))
        print(f"model: {bundled.shorten(model_path)}, trained on {bundled.trained_on(model_path)}; "
              f"open http://{args.host}:{args.port}; Ctrl-C ends it", flush=True)
        serve(gradio, page, args)


def parse_arguments():
    parser = command_line.parser(__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at; 0.0.0.0 lets other machines in")
    parser.add_argument("--port", type=command_line.positive_integer, default=7860, help="port to listen at")
    command_line.add_model_option(parser)
    add_feeding_options(parser)
    add_lime_options(parser, samples=False)
    parser.add_argument("--outputs", default="outputs", help="folder of a training run, for its model")
    return parser.parse_args()


def load_gradio(folder):
    """Gradio, told before it is imported where to keep pictures, and to report nothing to anybody."""
    os.environ |= {"GRADIO_TEMP_DIR": folder, "GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1"}
    try:
        import gradio
    except ImportError as error:
        raise UserError(f"app.py needs Gradio ({error}); pip install -r requirements-app.txt") from error
    return gradio


def build(gradio, respond):
    """The page: a picture and two controls at the left, the figure and its text at the right."""
    with gradio.Blocks(title="Emotion recognition, explained", analytics_enabled=False,
                       delete_cache=(KEPT, KEPT)) as page:
        gradio.Markdown("# Emotion recognition, explained\nWhich of seven emotions a small network reads in a face, "
                        "and which parts of the face speak for it. An expression is not a feeling.")
        with gradio.Row():
            with gradio.Column(scale=1):
                picture = gradio.Image(sources=["upload", "webcam"], type="filepath", buttons=["fullscreen"],
                                       label="A picture with faces")
                label = gradio.Dropdown([PREDICTED, *EMOTIONS], value=PREDICTED, label="Emotion to explain")
                samples = gradio.Slider(FEWEST, MOST, 1000, step=100, label="Samples",
                                        info="Perturbed faces for each face; more take longer and are steadier.")
                cropped = gradio.Checkbox(label="The picture is a face already, from forehead to chin")
                button = gradio.Button("Explain", variant="primary")
            with gradio.Column(scale=3):
                figure = gradio.Image(label="Explanation", interactive=False, format="png",
                                      buttons=["download", "fullscreen"])
                text = gradio.Textbox(label="In words", lines=4)
        button.click(respond, [picture, label, samples, cropped], [figure, text], api_visibility="private")
    return page


def serve(gradio, page, args):
    """Answer until Ctrl-C; a port that is taken is an error, never another port."""
    theme = gradio.themes.Default(font=["system-ui", "sans-serif"], font_mono=["monospace"])  # no fonts from elsewhere
    try:
        page.queue(max_size=8).launch(
            server_name=args.host, server_port=args.port, share=False, max_file_size=LARGEST_UPLOAD, theme=theme,
            footer_links=[], ssr_mode=False, quiet=True)
    except OSError as error:
        raise UserError(f"--host {args.host} --port {args.port}: cannot listen there ({error})") from error


def answer(gradio, settings, network, picture, label, samples, cropped):
    """The figure and its lines for one picture; what the user can put right is shown on the page."""
    from PIL import Image

    from explaining import explain_photographs

    if picture is None:
        raise gradio.Error("Choose a picture first, or take one with the webcam.", print_exception=False)
    settings = dataclasses.replace(settings, samples=int(samples))
    asked = [] if label == PREDICTED else [EMOTIONS.index(label)]
    with tempfile.TemporaryDirectory() as folder:
        target = pathlib.Path(folder, "explanation.png")
        try:
            found = explain_photographs.explain_picture(
                pathlib.Path(picture), asked, settings, network, cropped, name="This picture")
            explain_photographs.draw(found, target)
        except UserError as error:
            raise gradio.Error(str(error), print_exception=False) from error
        figure = Image.open(target).convert("RGB")  # read before its folder goes
    return figure, "\n".join([explain_photographs.summary(found), *explain_photographs.lines(found)])


if __name__ == "__main__":
    command_line.run(main)
