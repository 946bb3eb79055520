"""How a central system answers. The plain Policy says yes to everything; tests change it."""

import asyncio
from datetime import datetime, timezone

from ocpp import exceptions

# Errors a policy may answer with, by their OCPP-J code.
ERRORS = {
    getattr(error, "code", ""): error
    for error in vars(exceptions).values()
    if isinstance(error, type) and issubclass(error, exceptions.OCPPError)
}


class Silent(Exception):
    """Raised by a policy so that the CALL is not answered at all."""


class Policy:
    """What to answer. Every attribute may be changed while the central system runs.

    boot_status: Accepted, Pending or Rejected, or a list of them used up one by one (the last
    one stays); boot_interval_s: heartbeat interval, or wait before the next try.
    id_tags: idTag -> status ("Accepted" for all others, or ``id_tag_default``).
    errors: action -> CALLERROR code; ``errors["*"]`` is for every action but BootNotification.
    silent: actions that get no answer. delay_s: wait before every answer.
    """

    def __init__(self, boot_status="Accepted", boot_interval_s=60):
        self.boot_status = boot_status
        self.boot_interval_s = boot_interval_s
        self.id_tags = {}
        self.id_tag_default = "Accepted"
        self.errors = {}
        self.silent = set()
        self.delay_s = 0.0

    async def before(self, action):
        """Run before each answer. Raises an OCPPError for CALLERROR, Silent for no answer."""
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if action in self.silent:
            raise Silent(action)
        code = self.errors.get(action)
        if code is None and action != "BootNotification":
            code = self.errors.get("*")
        if code:
            raise ERRORS[code](f"{action} refused by policy")

    def boot_answer(self):
        """(status, interval in seconds) of the next BootNotification.conf."""
        status = self.boot_status
        if not isinstance(status, str):
            status = self.boot_status[0]
            if len(self.boot_status) > 1:
                self.boot_status = self.boot_status[1:]
        return status, self.boot_interval_s

    def id_tag_status(self, id_tag):
        """idTagInfo.status for ``id_tag``."""
        return self.id_tags.get(id_tag, self.id_tag_default)

    def now(self):
        """The time this central system tells, ISO 8601."""
        return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def not_implemented():
    """A central system that answers NotImplemented to everything but BootNotification."""
    policy = Policy()
    policy.errors["*"] = "NotImplemented"
    return policy
