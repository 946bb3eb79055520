"""BootNotification with its three answers, and Heartbeat (OCPP 1.6 sections 4.2, 4.6).

May import: its siblings, `loader.modules`, `ticks`.
"""

from loader.modules import forget
from micropython import const
from ticks import ticks_add, ticks_diff

_LONGEST_S = const(86400)
# An answer was on its way no longer than the longest MessageTimeout.
_OLDEST_MS = const(600000)
_BOOT_ANSWER = ("firmware.ocpp16.boot_answer", "firmware.ocpp16.validate", "firmware.ocpp16.iso")


class Registration:
    """``status`` of the last valid answer (None: none yet) and what is due next.

    ``payload``: BootNotification's. ``on_accepted()`` is called when Accepted comes anew,
    ``on_event(type, techInfo)``, if there is one, for a security event.
    """

    def __init__(self, payload, configuration, clock, log, on_accepted, on_event=None):
        self.status = None
        self.payload = payload
        self.configuration = configuration
        self._clock = clock
        self.log = log
        self.on_accepted = on_accepted
        self.on_event = on_event
        self._boot_now = True
        self.boot_at_ms = None
        self.heartbeat_ms = 0
        self._asked_ms = 0  # when the last of the two was sent

    def next_call(self, now_ms):
        """(action, payload, on_answer) that is due now, or None."""
        if self.boot_at_ms is not None:
            # Further away than it was ever set: the milliseconds have wrapped while offline.
            if not -_LONGEST_S * 1000 <= ticks_diff(now_ms, self.boot_at_ms) < 0:
                self._boot_now = True
        if self._boot_now:
            self._boot_now = False
            self.boot_at_ms = None
            self._asked_ms = now_ms
            return "BootNotification", self.payload, self._boot_answered
        if self.status == "Accepted":
            interval_s = self.configuration.number("HeartbeatInterval")
            if ticks_diff(now_ms, self.heartbeat_ms) >= interval_s * 1000:
                self.heartbeat_ms = self._asked_ms = now_ms
                return "Heartbeat", {}, self.heartbeat_answered
        return None

    def link_up(self, now_ms):
        """A new link. After more than a day without one the milliseconds may have wrapped: the
        heartbeat is due at once, for the clock."""
        if not 0 <= ticks_diff(now_ms, self.heartbeat_ms) <= _LONGEST_S * 1000:
            self.heartbeat_ms = ticks_add(now_ms, -_LONGEST_S * 1000)

    def boot_at_once(self):
        """The central system asks for a BootNotification."""
        self._boot_now = True

    @property
    def may_answer(self):
        """Whether CALLs may be answered: not while Rejected."""
        return self.status != "Rejected" or self._boot_now

    def heartbeat_answered(self, ok, payload, now_ms):
        """Take the time from a Heartbeat's answer."""
        if ok:
            self.set_clock(payload.get("currentTime"), now_ms)

    def _boot_answered(self, ok, payload, now_ms):
        """True where the answer is still waited for."""
        from firmware.ocpp16.boot_answer import take

        is_awaited = take(self, ok, payload, now_ms)
        forget(*_BOOT_ANSWER)
        return is_awaited

    def link_down(self, boot_in_flight):
        """The link is gone; a BootNotification without its answer goes out again at once."""
        if boot_in_flight or (self.status != "Accepted" and self.boot_at_ms is None):
            self._boot_now = True

    def set_clock(self, text, now_ms):
        """Take the time from an answer to what was sent last."""
        try:
            if not isinstance(text, str):
                raise ValueError
            age_ms = min(max(ticks_diff(now_ms, self._asked_ms), 0), _OLDEST_MS)
            changed_s = self._clock.set(text, now_ms, age_ms)
            if changed_s and self.on_event:
                self.on_event("SettingSystemTime", "%+d s" % changed_s)
        except ValueError:
            self.log("currentTime refused: %r" % (text,))
