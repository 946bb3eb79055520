"""What goes wrong in OCPP-J, as exceptions.

May import: nothing. Codes are those of OCPP-J 1.6 section 4.2.3, `Occurence` spelled so.
"""


class OcppjError(Exception):
    """Any misuse or failure of the RPC layer."""


class CallPending(OcppjError):
    """A CALL was made while another one still waits for its answer."""


class CallError(OcppjError):
    """A handler refuses a CALL; becomes the CALLERROR that answers it."""

    def __init__(self, code, description=""):
        super().__init__(code, description)
        self.code = code
        self.description = description
