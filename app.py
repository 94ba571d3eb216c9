"""Explain your own pictures in the browser, from a file or the webcam.

    pip install -r requirements-app.txt
    python app.py                 # then open http://127.0.0.1:7860

The page shows the emotion that the model predicts for each face, lets you hide parts of the face to
see how the prediction changes, and explains which parts contribute to each emotion. It answers only
to this machine unless --host says otherwise. A picture lies in a temporary folder until it has been
read, and is then deleted; its faces of 48x48 pixels stay in the memory of the server while it runs.
"""
import importlib.util
import os
import signal
import sys

from base import options
from base.errors import UserError
from explaining.settings import LimeSettings
from fer2013 import included
from networks import choice

LARGEST_UPLOAD = "20mb"  # pictures from phones have 3 to 12 MB
SESSIONS = 100  # open pages whose faces are kept in memory
WAITING = 64  # clicks that are not yet answered
BLUE = "#005a9c"  # white on this blue has a contrast of 6.9


def main():
    args = parse_arguments()
    if importlib.util.find_spec("gradio") is None:
        raise UserError("needs Gradio; pip install -r requirements-app.txt")
    with options.quiet_stderr():
        from networks.network import open_network
        from page import folder
        from page.events import Page
        from photographs.detection import detector

    # SIGTERM as a normal exit, so that the temporary folder is removed
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    path = choice.choose_for_photographs(args.model, args.outputs)
    network = open_network(path, included.open_own(), args.scale, args.labels)
    page = Page(network, options.settings(args, LimeSettings), choice.in_words(path))
    detector()  # once, before several people may need it at the same time
    with folder.opened() as uploads:
        serve(page, args.host, args.port, str(uploads))


def parse_arguments():
    parser = options.parser(__doc__)
    parser.add_argument("--host", default="127.0.0.1",
                        help="address to listen on; 0.0.0.0 lets other machines open the page")
    parser.add_argument("--port", type=options.port_number, default=7860,
                        help="port to listen on")
    options.add_options(parser, choice.ModelOptions)
    options.add_options(parser, LimeSettings)
    parser.add_argument("--outputs", default="outputs",
                        help="folder of a training run, from which the model is taken")
    return parser.parse_args()


def serve(page, host, port, folder):
    """Serve the page until Ctrl-C, uploaded pictures in `folder`; UserError if the port is used."""
    os.environ |= {"GRADIO_TEMP_DIR": folder,  # Gradio reads these when it is imported
                   "GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1"}
    import gradio
    from starlette.middleware import Middleware  # comes with Gradio

    from page import guard, layout

    theme = gradio.themes.Default(  # fonts of the system, none from other servers
        primary_hue="blue", font=["system-ui", "sans-serif"], font_mono=["monospace"])
    theme.set(body_text_color_subdued="#52525b",  # the default has a contrast of 1.9
              **{f"button_primary_background_fill{state}": BLUE
                 for state in ("", "_dark", "_hover", "_hover_dark")})
    blocks = layout.build(gradio, page).queue(max_size=WAITING, api_open=False)
    try:
        blocks.launch(
            server_name=host, server_port=port, share=False, theme=theme, css=layout.STYLE,
            max_file_size=LARGEST_UPLOAD, footer_links=[], ssr_mode=False, quiet=True,
            prevent_thread_lock=True, state_session_capacity=SESSIONS,
            app_kwargs={"middleware": [Middleware(guard.Guard, host)]})
    except OSError as error:
        raise UserError(f"--host {host} --port {port}: cannot listen there ({error})") from error
    print(f"{page.source}; open http://{host}:{port}; stop with Ctrl-C", flush=True)
    blocks.block_thread()


if __name__ == "__main__":
    options.run(main)
