"""Why an update file is not installed. May import: built-ins only."""


class Refused(Exception):
    """An update file that this device must not install; the text says why.

    ``event``: type of the security event that it is, where it is one.
    """

    def __init__(self, reason, event=None):
        super().__init__(reason)
        self.event = event
