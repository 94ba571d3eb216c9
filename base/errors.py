"""The one error that users see: a line that names the file, row or option and what was expected."""


class UserError(ValueError):
    """A problem that the user can fix; it names the file, row or option and what was expected.

    Unprintable characters, for example in a file name, are escaped, so that the message stays one
    line and cannot move the terminal's cursor.
    """

    def __str__(self):
        return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in super().__str__())
