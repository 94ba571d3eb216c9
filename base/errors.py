"""The one error that users see: a line that names the file, row or option and what was expected."""


class UserError(ValueError):
    """Something the user can put right; the message names the file, row or option and what was expected.

    It stays one line, and moves no cursor, whatever a file name in it holds.
    """

    def __str__(self):
        return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in super().__str__())
