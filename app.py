"""Explain your own pictures in the browser, from a file or the webcam.

    pip install -r requirements-app.txt
    python app.py                 # then open http://127.0.0.1:7860

The page shows the emotion that the model predicts for each face, lets you hide parts of the face to
see how the prediction changes, and explains which parts contribute to each emotion. It answers only
to this machine unless --host says otherwise. A picture is deleted as soon as it has been read; its
faces of 48x48 pixels stay in the memory of the server while it runs.
"""
import importlib.util
import os
import signal
import tempfile

from base import options
from base.errors import UserError
from explaining.settings import LimeSettings
from fer2013 import included
from networks import choice


def main():
    args = parse_arguments()
    if importlib.util.find_spec("gradio") is None:
        raise UserError("needs Gradio; pip install -r requirements-app.txt")
    with options.quiet_stderr():
        from networks.network import open_network
        from page.events import Page
        from photographs.detection import detector

    path = choice.choose_for_photographs(args.model, args.outputs)
    network = open_network(path, included.open_own(), args.scale, args.labels)
    page = Page(network, options.settings(args, LimeSettings), choice.in_words(path))
    detector()  # once, before several people may need it at the same time
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the folder is removed then, too
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GRADIO_TEMP_DIR"] = folder  # Gradio reads it when it is imported
        serve(page, args.host, args.port)


def parse_arguments():
    parser = options.parser(__doc__)
    parser.add_argument("--host", default="127.0.0.1",
                        help="address to listen on; 0.0.0.0 lets other machines open the page "
                             "(default: %(default)s)")
    parser.add_argument("--port", type=int, default=7860,
                        help="port to listen on (default: %(default)s)")
    options.add_options(parser, choice.ModelOptions)
    options.add_options(parser, LimeSettings)
    parser.add_argument("--outputs", default="outputs",
                        help="folder of a training run, from which the model is taken (default: "
                             "%(default)s)")
    return parser.parse_args()


def serve(page, host, port):
    """Serve the page until Ctrl-C; UserError if the port is in use."""
    from page import layout

    try:
        blocks = layout.launch(page, host, port)
    except (OSError, OverflowError) as error:  # OverflowError: no such port
        raise UserError(f"--host {host} --port {port}: cannot listen there ({error})") from error
    print(f"{page.source}; open http://{host}:{port}; stop with Ctrl-C", flush=True)
    blocks.block_thread()


if __name__ == "__main__":
    options.run(main)
