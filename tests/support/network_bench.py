"""A charge point on a bench, with the real Wi-Fi supervision, link and time source above a fake
radio and a fake network; all in virtual time.

The network is there while the radio is joined, and drops in silence what is sent over a
connection made with another address. The central system's certificate has dates, and the chip's
clock is its own: it starts in 2021.
"""

# pyright: reportAttributeAccessIssue=false, reportIncompatibleMethodOverride=false
# pyright: reportGeneralTypeIssues=false

import time

import firmware.link
from charge_bench import START_S, Bench
from fakes import BOARD, machine, network, power_on, wires
from firmware.hal import chip, start
from firmware.hal.board import Board
from firmware.link import Link
from firmware.ocpp16.iso import parse_iso
from scheduler import Scheduler
from transport.errors import ConnectError, ResolveError, TlsError
from ws.errors import ConnectionClosed

IN_2021_S = 1609459200
BUILT_S = START_S - 60 * 86400
VALID_FROM_S = START_S - 30 * 86400  # the certificate: issued after the image was built
VALID_UNTIL_S = START_S + 60 * 86400
WIFI = {"ssid": "home", "password": "12345678", "ntp_server": "time.example"}
_CONNECT_MS = 10000
_TURN_MS = 100


class Socket:
    """One WebSocket over the bench's network."""

    def __init__(self, bench):
        self._bench = bench
        self._address = wires.wifi_address
        self.inbox = []
        self.closed = None
        self.last_receive_ms = bench.now_ms

    def lives(self):
        return self.closed is None and self._bench.joined() == self._address

    async def send(self, text):
        self._refuse_closed()
        if self.lives():
            answer = self._bench.central.take(text)
            if answer is not None:
                self.inbox.append(answer)

    async def ping(self):
        self._refuse_closed()
        if self.lives():
            self.last_receive_ms = self._bench.now_ms

    async def recv(self):
        while not (self.inbox and self.lives()):
            self._refuse_closed()
            await self._bench.scheduler.sleep_ms(0)
        self.last_receive_ms = self._bench.now_ms
        return self.inbox.pop(0)

    async def close(self):
        if self.closed is None:
            self.closed = ConnectionClosed(1000)
            self._bench.central.link_lost()

    def _refuse_closed(self):
        if self.closed is not None:
            raise self.closed


class BenchLink(Link):
    """The link, with another network under it."""

    bench: "NetworkBench"

    async def _open(self):
        bench = self.bench
        self._is_stale = False
        bench.attempts.append(bench.elapsed_ms)
        if bench.joined() is None or not bench.is_central_there:
            await bench.scheduler.sleep_ms(_CONNECT_MS)
            raise ConnectError("can't connect: time-out")
        await bench.scheduler.sleep_ms(40)
        if not VALID_FROM_S <= bench.rtc_s() < VALID_UNTIL_S:
            raise TlsError("certificate not yet valid: is the clock set?", "date")
        bench.socket = Socket(bench)
        return bench.socket


class NetworkBench(Bench):
    """``start()`` it, and ``stop()``. ``attempts``: when a connection was tried, in ms of bench;
    ``rtc_s()``: the chip's clock; ``questions``: when a time server was asked."""

    floor_s = BUILT_S

    def __init__(self, keys=None):
        self.scheduler = Scheduler(lambda: self.now_ms)
        self.socket = None
        self.attempts = []
        self.questions = []
        self.is_central_there = True
        self.is_time_server_there = True
        self.told_s = None  # a time server's lie
        self._rtc = None
        self._is_started = False
        super().__init__(keys)

    def start(self):
        """Power on: radio, chip's clock, link."""
        self._patch()
        power_on(wifi_join_ms=300)
        network.WLAN().active(False)
        self._set_rtc(IN_2021_S)
        self.board = Board(BOARD)
        start.raise_clock(BUILT_S)
        self.board.wifi = start.start_wifi(WIFI, self.lines.append)
        self.link = BenchLink(
            self.charge_point, "", None, (), "CP1", self.board.network_up, self.lines.append
        )
        self.link.bench = self
        self.link_task = self.scheduler.create_task(self.link.run())
        self._is_started = True

    def stop(self):
        """Put everything back for other tests."""
        self._is_started = False
        for module, name, value in self._kept:
            setattr(module, name, value)

    def joined(self):
        """The address of the radio's network, None without one."""
        wlan = network.WLAN()
        return wlan.ifconfig()[0] if wlan.isconnected() else None

    def rtc_s(self):
        """The chip's clock in Unix seconds."""
        at_s, at_ms = self._rtc
        return at_s + (self.elapsed_ms - at_ms) // 1000

    def lose_clock(self):
        """As after a loss of power, but for all else."""
        self._set_rtc(IN_2021_S)

    def true_s(self):
        """The right time in Unix seconds."""
        return START_S + self.elapsed_ms // 1000

    def is_online(self):
        """Whether messages get through."""
        return self.socket is not None and self.socket.lives()

    def step(self):
        super().step()
        if not self._is_started:
            return
        if self.elapsed_ms % _TURN_MS == 0:
            self._turn()
        self.scheduler.poll()
        self.link_task.raise_error()

    def deliver(self, text):
        """A CALL of the central system."""
        self.socket.inbox.append(text)

    def _turn(self):
        """As the application's."""
        del wires.sent[:]  # of the LED's blinking
        if self.board.tick(self.now_ms):
            from firmware import network_change

            network_change.asyncio = self.scheduler
            self._patch_time_source()
            network_change.attend(
                self.board.wifi, self.link, self, self.charge_point, self.lines.append
            )
        clock = self.charge_point.clock
        if clock.is_set:
            self.board.set_clock(clock.now_s(self.now_ms))

    def _exchange(self):
        while self.charge_point.work:
            self.scheduler.create_task(self.charge_point.work.pop(0))

    # -- what the modules get in the place of the real thing

    def _patch(self):
        link = firmware.link
        self._kept = [
            (link, name, getattr(link, name)) for name in ("asyncio", "sleep_ms", "ticks_ms")
        ]
        self._kept += [(chip, "time", chip.time), (chip, "machine", chip.machine)]
        self._kept += [(start, "time", start.time), (network, "ticks_ms", network.ticks_ms)]
        link.asyncio = self.scheduler
        link.sleep_ms = self.scheduler.sleep_ms
        link.ticks_ms = network.ticks_ms = lambda: self.now_ms
        chip.time = start.time = _Time(self)
        chip.machine = _Machine(self)

    def _patch_time_source(self):
        from firmware import time_source

        time_source.sleep_ms = self.scheduler.sleep_ms
        time_source.ticks_ms = lambda: self.now_ms
        time_source.ask = self._ask

    async def resolve(self, host, timeout_ms):
        """As a `Resolver`."""
        if self.joined() is None:
            await self.scheduler.sleep_ms(timeout_ms)
            raise ResolveError("no address for " + host)
        return "192.0.2.123"

    async def _ask(self, address, timeout_ms):
        from sntp import TimeServerError

        self.questions.append(self.elapsed_ms)
        if self.joined() is None or not self.is_time_server_there:
            await self.scheduler.sleep_ms(timeout_ms)
            raise TimeServerError("no answer from the time server")
        await self.scheduler.sleep_ms(30)
        return self.told_s or self.true_s()

    def _set_rtc(self, unix_s):
        self._rtc = (unix_s, self.elapsed_ms)


class _Time:
    gmtime = staticmethod(time.gmtime)

    def __init__(self, bench):
        self._bench = bench

    def time(self):
        return self._bench.rtc_s()


class _Machine:
    """The chip's clock; pins are the fake's."""

    Pin = machine.Pin

    def __init__(self, bench):
        self._bench = bench

    def RTC(self):
        return self

    def datetime(self, parts):
        year, month, day, _, hour, minute, second, _ = parts
        text = "%04d-%02d-%02dT%02d:%02d:%02dZ" % (year, month, day, hour, minute, second)
        self._bench._set_rtc(parse_iso(text))
