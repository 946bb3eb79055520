"""The stage: central system, firmware host, and one charger, all on loopback with TLS."""

from contextlib import AsyncExitStack
from pathlib import Path

from ucharge.boards import load_board
from ucharge.build import image
from ucharge.build.device import device_files, make_config
from ucharge.build.signer import Signer
from ucharge.build.stage import stage
from ucharge.csms import CentralSystem, FirmwareHost
from ucharge.csms.tls import server_context
from ucharge.keys import ensure
from ucharge.sim.runner import Chip
from ucharge.sim.vehicle import Vehicle

BOARD = "sim_rp2"
IDENTITY = "CP001"
FIRST_VERSION = (1, 0, 0)
# Seconds a trial runs before it is confirmed: 30 on a real charger.
CONFIRM_AFTER_S = 5
# The car draws this many times as fast, so that a short charge moves the meter.
ENERGY_SCALE = 60.0
# Configuration keys of a charger that is watched: it shows all at once.
KEYS = {
    "HeartbeatInterval": "10",
    "MeterValueSampleInterval": "2",
    "MinimumStatusDuration": "0",
    "RestartDelayMax": "0",
    # With a manufacturer's root only SignedUpdateFirmware would do; the files are signed anyway.
    "AllowPlainUpdateFirmware": "true",
}


class Bench:
    """``async with Bench(folder) as bench:`` - everything runs, the charger is switched on.

    folder: for the flash and, unless ``keys`` are given, the keys. chip_options go to ``Chip``,
    config to config.json; has_root: the manufacturer's root is installed; rate_bytes_s: of the
    firmware host. on_entry, on_download, on_console: called with each book entry, firmware host
    request, console line. name: what the charger reaches both servers by, if not by 127.0.0.1;
    make_chip: called as ``Chip`` is, for another kind of chip; open_timeout_s: CentralSystem's;
    has_https: False for a firmware host without TLS.
    """

    def __init__(
        self,
        folder,
        keys=None,
        config=None,
        on_entry=None,
        on_download=None,
        on_console=None,
        rate_bytes_s=0,
        identity=IDENTITY,
        board=BOARD,
        has_root=True,
        name=None,
        make_chip=Chip,
        open_timeout_s=10.0,
        has_https=True,
        **chip_options,
    ):
        folder = Path(folder)
        self.keys = keys or ensure(folder / "keys", (name,) if name else ())
        self.signer = Signer(self.keys)
        self.board = load_board(board)
        tls = server_context(self.keys)
        self.central = CentralSystem(
            tls=tls, name=name, on_entry=on_entry, open_timeout_s=open_timeout_s
        )
        self.files = FirmwareHost(
            tls if has_https else None,
            name=name,
            on_progress=on_download,
            rate_bytes_s=rate_bytes_s,
        )
        self.identity = identity
        self._has_root = has_root
        self.vehicle = Vehicle(energy_scale=ENERGY_SCALE)
        self.chip = make_chip(
            folder / "chip",
            self.board,
            vehicle=self.vehicle,
            on_console=on_console,
            **chip_options,
        )
        self._config = {
            "confirm_after_s": CONFIRM_AFTER_S,
            "keys": KEYS,
            "allow_unsigned": True,
            **(config or {}),
        }
        self._stack = AsyncExitStack()

    async def __aenter__(self):
        await self._stack.__aenter__()
        try:
            await self._stack.enter_async_context(self.central)
            await self._stack.enter_async_context(self.files)
            self.provision()
            await self._stack.enter_async_context(self.chip)
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_):
        await self._stack.aclose()

    @property
    def charger(self):
        """The charger as the central system knows it (its ``messages`` are the book)."""
        return self.central.charger(self.identity)

    def provision(self, version=FIRST_VERSION):
        """Make the flash anew: ``version`` in slot a, proven, nothing in slot b."""
        config = make_config(self.identity, self.central.url, self.board, **self._config)
        update = self.build(version)
        files = device_files(self.board, config, self.keys.ca_der, update)
        if self._has_root:
            files["/certs/root.der"] = self.keys.manufacturer_der
        self.chip.provision(files)

    def build(self, version, change=None):
        """An update file of this clone as ``version``; ``change(tree)`` breaks it (variants)."""
        tree = stage(version)
        if change:
            tree = change(tree)
        return image.build_for(self.board, tree=tree, signer=self.signer)
