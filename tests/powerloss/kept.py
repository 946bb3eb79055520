"""A charge point with what it keeps besides updates and charging, and a central system's part.

Real LittleFS on a NOR flash, with the family's page; real commands, credentials, certificates,
logs and own checks. The network alone is played: `Link` connects where the server's side of the
scenario takes what `credentials.load` gives. Runs on real MicroPython only.
"""

import gc

from model import Violation
from nor import MemoryCells, PowerCut

import transport
from bench_central import SENT
from charge_bench import Bench
from cut_flash import Flash, make, mount, unmount
from firmware import credentials
from firmware.ocpp16.security_keys import PATH as BEFORE
from firmware.renewal import Renewal
from loader.files import Files

_ROOT = "/d"
_SECTORS = 64
_PAGE_BYTES = {"rp2": 256, "esp32": 32}
_MOST_BOOTS = 30
_MOST_TURNS = 600
_QUIET_TURNS = 3


class Roots:
    """A TLS context: whom it trusts."""

    def __init__(self, root, own=None, own_key=None):
        self.trusted = [root]

    def load_verify_locations(self, cadata):
        self.trusted.append(cadata)


transport.make_tls = Roots


class KeptBench:
    """Runs the scenario that ``make_scenario()`` gives afresh each time."""

    def __init__(self, make_scenario, family):
        self._make = make_scenario
        self._page_bytes = _PAGE_BYTES[family]
        self.flash = Flash(MemoryCells(_SECTORS), _SECTORS, program_bytes=1)
        make(self.flash, self._page_bytes)
        port = mount(self.flash, _ROOT, None, self._page_bytes)
        files = Files(_ROOT)
        for folder in ("/state", "/certs", "/state/log"):
            files.mkdir(folder)
        for path, data in make_scenario().files.items():
            files.write(path, data)
        unmount(port, _ROOT)
        self._snapshot = bytes(self.flash.cells.data)

    def run(self, cuts=()):
        """From the first start until all is quiet; returns the flash operations counted.

        ``cuts``: as for `bench.Bench.run`. Raises model.Violation.
        """
        flash = self.flash
        flash.cells.data[:] = self._snapshot
        flash.operations = 0
        cuts = list(cuts)
        del SENT[:]
        scenario = self._make()
        charger = Charger(scenario, flash, self._page_bytes)
        try:
            for _ in range(_MOST_BOOTS):
                later, mode = cuts.pop(0) if cuts else (None, None)
                flash.power_on_until(later and flash.operations + later, mode)
                try:
                    charger.power_up()
                    charger.run_until_quiet()
                    gc.collect()
                    return flash.operations
                except PowerCut:
                    pass
            raise RuntimeError("not quiet after %d boots" % _MOST_BOOTS)
        finally:
            charger.close()


class Charger(Bench):
    """One device; ``scenario`` says what happens to it, and what must hold."""

    def __init__(self, scenario, flash, page_bytes):
        self._scenario = scenario
        self._flash = flash
        self._page_bytes = page_bytes
        self._port = None
        self._is_made = False
        super().__init__(scenario.keys)
        self._is_made = True
        self.link = self.renewal = None

    def power_up(self, stop_reason="PowerLoss", inhibited=False):
        """As `assembly` does, in its order; PowerCut may come at any flash operation."""
        if not self._is_made:
            return
        self._port = mount(self._flash, _ROOT, self._port, self._page_bytes)
        self.files = files = Files(_ROOT)
        scenario = self._scenario
        self._job = scenario.update(files)
        del self.lines[:]
        super().power_up(stop_reason)
        scenario.started(self)
        scenario.starts += 1
        self.charge_point.security_event("StartupOfTheDevice", str(scenario.starts))
        scenario.noted.append(scenario.starts)
        self.charge_point.credentials_changed = files.size(BEFORE) is not None
        self.renewal = None
        self.link = Link(self, scenario)
        scenario.check(self)

    def close(self):
        """Unmount, if it has ever started."""
        if self._port:
            unmount(self._port, _ROOT)

    def run_until_quiet(self):
        """Turn until the scenario is over and nothing waits. Raises Violation."""
        quiet = 0
        for _ in range(_MOST_TURNS):
            self.turn()
            if self.is_settled and self._scenario.turn(self):
                quiet += 1
                if quiet == _QUIET_TURNS:
                    self._scenario.check(self)
                    self._scenario.check_end(self)
                    return
            else:
                quiet = 0
        raise Violation("not quiet: %s" % self.lines[-3:])

    @property
    def is_settled(self):
        """Whether the link is up and nothing of the credentials is open."""
        charge_point = self.charge_point
        waits = self.renewal or charge_point.credentials_changed
        return charge_point.online and self.link.is_fresh and not waits

    def turn(self):
        """As `app.App` does, with an attempt to connect each time."""
        charge_point = self.charge_point
        if charge_point.credentials_changed or self.renewal:
            if self.renewal is None:
                self.renewal = Renewal(charge_point, self.link)
            if self.renewal.tick(self.now_ms):
                self.renewal = None
        self.link.turn()
        self.step()

    def step(self):
        """One turn's time; a bench's own steps are finer."""
        step_ms = self._scenario.step_ms
        self.now_ms += step_ms
        self.elapsed_ms += step_ms
        self.evse.tick(self.now_ms, 12000, 12000, 0)
        self.charge_point.tick(self.now_ms)
        self._exchange()

    def told(self, kind):
        """techInfo of the security events ``kind`` that have arrived."""
        payloads = self.central.payloads("SecurityEventNotification")
        return [found.get("techInfo", "") for found in payloads if found["type"] == kind]


class Link:
    """As `firmware.link.Link` is to `Renewal`; ``server.takes(url, headers, tls)``."""

    def __init__(self, charger, server):
        self._charger = charger
        self._server = server
        self._access = credentials.load(charger.charge_point)
        self._is_stale = False
        self.is_fresh = False
        self.failures = 0

    def renew(self, at_once):
        self._is_stale = True
        if at_once:
            self.is_fresh = False
            self.failures = 0

    def turn(self):
        """Connect, or part from what is not fresh."""
        charger = self._charger
        if charger.linked:
            if not self.is_fresh:
                charger.disconnect()
            return
        if self._is_stale:
            self._access = credentials.load(charger.charge_point)
            self._is_stale = False
        if self._server.takes(*self._access):
            self.failures = 0
            self.is_fresh = True
            charger.connect()
        else:
            self.failures += 1
