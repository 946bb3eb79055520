"""What goes wrong and the user can mend: shown as one line, without a traceback."""


class UserError(Exception):
    """A failure with a remedy. ``hint`` says what to do about it."""

    def __init__(self, message, hint=""):
        super().__init__(message)
        self.hint = hint
