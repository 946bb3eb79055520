"""New credentials are tried, and those before again where the new ones don't connect.

Loaded while that is open: until one of them has connected both are kept, over resets too, and
tried in turn, for the central system may have forgotten either. May import: ``firmware``,
``loader.modules``, ``ticks``.
"""

import json

from firmware.ocpp16.security_keys import MAX_FILE, PATH
from loader.modules import forget
from micropython import const
from ticks import ticks_diff

_MOST_FAILURES = const(3)
_STABLE_MS = const(2000)  # a central system that refuses may also close after the handshake


class Renewal:
    """Moves ``link`` to the credentials of ``charge_point``."""

    def __init__(self, charge_point, link):
        self._charge_point = charge_point
        self._link = link
        self._others = {}  # key -> the value that is not in force
        self._is_back = False  # those before are in force
        self._fresh_ms = None  # connected since

    def tick(self, now_ms):
        """True when there is nothing left to do."""
        charge_point, link = self._charge_point, self._link
        changed, charge_point.credentials_changed = charge_point.credentials_changed, False
        if changed:
            self._others = self._load()
            self._is_back = False
            self._fresh_ms = None
            link.renew(changed == "now")
        if not self._others:
            return True
        if link.is_fresh:
            if self._fresh_ms is None:
                self._fresh_ms = now_ms
            elif ticks_diff(now_ms, self._fresh_ms) >= _STABLE_MS:
                self._settle()
                return True
        else:
            self._fresh_ms = None
            if link.failures >= _MOST_FAILURES:
                self._change_sides()
        return False

    def _change_sides(self):
        charge_point = self._charge_point
        configuration = charge_point.configuration
        self._is_back = not self._is_back
        names = " ".join(sorted(self._others))
        charge_point.log("link: can't connect, %s as %s" % (
            names, "before" if self._is_back else "changed",
        ))  # fmt: skip
        for name in self._others:
            value = self._others[name]
            if name == "root":
                self._restore(value)  # for good
            else:
                self._others[name] = configuration.text(name)
                configuration.assign(name, value)
        self._link.renew(True)

    def _restore(self, root):
        from binascii import a2b_base64

        from firmware.certificates import CENTRAL_SYSTEM, restore, roots

        files = self._charge_point.files
        der = a2b_base64(root)
        try:
            if der not in roots(files, CENTRAL_SYSTEM):
                self._tell_back("root")
                restore(files, CENTRAL_SYSTEM, der)
        except OSError as error:
            self._charge_point.log("certificates: not restored: %r" % error)
        forget("firmware.certificates")

    def _settle(self):
        charge_point = self._charge_point
        configuration = charge_point.configuration
        try:
            names = [name for name in sorted(self._others) if name != "root"]
            if self._is_back and names:
                self._tell_back(" ".join(names))
                for name in names:
                    configuration.change(name, configuration.text(name))
            charge_point.files.remove(PATH)
        except OSError as error:
            charge_point.log("credentials: %r" % error)
        forget("firmware.ocpp16.configuration_check", "firmware.ocpp16.security_keys")

    def _tell_back(self, what):
        """Before it is kept: a cut between the two has it told again, not never."""
        self._charge_point.security_event(
            "ReconfigurationOfSecurityParameters", "back to what was before: " + what
        )

    def _load(self):
        data = self._charge_point.files.read(PATH, MAX_FILE)
        try:
            found = json.loads(data)["before"] if data else {}
            for name in found:
                found[name] += ""  # raises where it is no text
                if name not in ("AuthorizationKey", "SecurityProfile", "root"):
                    return {}
            return found
        except (ValueError, KeyError, TypeError):
            return {}
