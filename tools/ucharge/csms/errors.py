"""What can go wrong between a caller and a charger."""


class CsmsError(Exception):
    """Base of this package's errors."""


class NotConnected(CsmsError):
    """The charger has no connection now (or lost it before it answered)."""


class WaitTimeout(CsmsError):
    """The awaited message did not come in time; the text says what came instead."""


class CallRejected(CsmsError):
    """The charger answered a CALL with CALLERROR: ``code`` and ``description``."""

    def __init__(self, action, code, description):
        super().__init__(f"{action} refused: {code} {description}".rstrip())
        self.code = code
        self.description = description


class CallTimeout(CsmsError):
    """The charger did not answer a CALL in time."""
