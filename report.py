"""Write one page with the model, its training, its numbers, its explanations, and all commands.

    python report.py

Collects what the other programs left in outputs/ and computes nothing, so it takes a second. The
page names what is missing, with the command that makes it. If the pretrained model is in use, the
page shows the pictures and numbers that come with it in place of missing ones. Writes

    outputs/report.html    a single file: pictures inside, no script, nothing from elsewhere

A report on FER2013 shows faces of FER2013. Their licence does not allow publishing them, so do not
publish that page.
"""
from base import command_line, files
from base.errors import UserError


def main():
    args = parse_arguments()
    import jinja2

    from explaining import averages
    from figures import page
    from figures.shelf import Shelf

    shelf = Shelf(args.outputs)
    try:
        sections, missing = page.collect(shelf)
        html = page.render(shelf, sections, missing, averages.AREAS)
    except UserError:
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError,
            jinja2.UndefinedError) as error:
        # valid JSON of another structure, such as a list in place of a dict
        raise UserError(f"{shelf.folder}: run.json or evaluation.json is not as the scripts write "
                        f"it now ({error}); make it again") from error
    path = files.make_folder(args.outputs) / "report.html"
    with files.replacing(path) as temporary:
        # names of files that are not UTF-8 are in it too
        temporary.write_text(html, encoding="utf-8", errors="backslashreplace")
    pictures = sum(map(len, sections.values()))
    print(f"wrote {path}: {pictures} pictures, {len(html) / 1e6:.1f} MB")
    if shelf.pretrained:
        print("no trained model there: the report is about the pretrained one, "
              "with its own pictures and numbers in place of missing ones")
    for figure in missing:
        print(f"missing: {figure['name']}; {figure['command']} makes it")


def parse_arguments():
    parser = command_line.parser(__doc__)
    parser.add_argument("--outputs", default="outputs", help="folder to read and to write")
    return parser.parse_args()


if __name__ == "__main__":
    command_line.run(main)
