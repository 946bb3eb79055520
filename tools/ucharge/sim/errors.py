"""What can go wrong with a simulated chip."""

from ucharge.errors import UserError


class ChipError(UserError):
    """The chip can't start or restarts without end, or what was waited for did not come."""
