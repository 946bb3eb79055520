"""``ucharge sim``: one simulated charger against any central system."""

import asyncio
import itertools
from pathlib import Path

import click

from ucharge import console, paths

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--url", required=True, help="Central system, less /IDENTITY: wss://host:port/path")
@click.option("--ca", type=_FILE, help="CA the charger trusts, DER or PEM. Needed for wss.")
@click.option(
    "--root",
    type=_FILE,
    help=f"ManufacturerRootCertificate, DER or PEM. Default: {paths.KEYS}/manufacturer.der",
)
@click.option(
    "--allow-unsigned", is_flag=True, help="DANGEROUS: install update files nobody has signed."
)
@click.option("--identity", default="CP001", show_default=True, help="Charge point identity.")
@click.option("--board", "board_name", default="sim_rp2", show_default=True)
@click.option("--firmware", type=_FILE, help="Update file it starts with. Default: this clone's.")
@click.option("--key", help="AuthorizationKey for Basic authentication, hexadecimal.")
@click.option("--auto-charge", is_flag=True, help="A car comes, asks for energy, leaves, again.")
@click.option(
    "--charge-s",
    type=click.FloatRange(0, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds a car stays.",
)
@click.option(
    "--confirm-after",
    type=click.IntRange(0),
    default=30,
    show_default=True,
    help="Seconds a trial runs.",
)
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help=f"Folder with its flash. Default: {paths.WORK}/sim/IDENTITY",
)
@click.option("--fresh", is_flag=True, help="Forget the flash that is there.")
def command(
    url,
    ca,
    root,
    allow_unsigned,
    identity,
    board_name,
    firmware,
    key,
    auto_charge,
    charge_s,
    confirm_after,
    folder,
    fresh,
):
    """Run one simulated charger, real MicroPython with its own flash, and show its console.

    \b
    Examples:
      ucharge sim --url wss://localhost:9000/ocpp --ca .ucharge/keys/ca.der
      ucharge sim --url ws://localhost:8080/ocpp --identity CP002 --auto-charge
      ucharge sim --url wss://localhost:9000/ocpp --ca ca.pem --firmware old.ucup --fresh

    It keeps its flash over runs, updates included. Ctrl-C cuts its power.

    It installs what a signer under its ManufacturerRootCertificate has signed: `ucharge build`
    signs with the keys of the same folder.
    """
    from ucharge.sim_charger import read_root, settings_of

    settings = settings_of(url, ca, identity, key, confirm_after)
    settings["root_der"] = read_root(root)
    settings["allow_unsigned"] = allow_unsigned
    folder = folder or paths.WORK / "sim" / identity
    asyncio.run(
        _run(settings, board_name, firmware, folder, fresh, charge_s if auto_charge else None)
    )


async def _run(settings, board_name, firmware, folder, fresh, charge_s):
    from ucharge.boards import load_board
    from ucharge.sim.runner import Chip
    from ucharge.sim_charger import make_files, visit

    board = load_board(board_name)
    chip = Chip(folder, board, on_console=_show)
    chip.provision(make_files(chip, board, settings, firmware, fresh))
    _warn(settings)
    console.err.print(
        f"{settings['identity']} on {board['name']}, flash in {folder}; Ctrl-C cuts its power"
    )
    async with chip:
        resets = asyncio.create_task(_show_resets(chip))
        try:
            if charge_s is None:
                await resets
            else:
                await visit(chip, charge_s, lambda text: _show(f"vehicle: {text}"))
        finally:
            resets.cancel()


def _warn(settings):
    if settings["allow_unsigned"]:
        text = "ALLOW-UNSIGNED: this charger installs whatever it is sent, by whomever"
        console.err.print(f"[bold red]{text}[/]", soft_wrap=True)
    elif not settings["root_der"]:
        console.err.print(
            "[bold yellow]warning:[/] no ManufacturerRootCertificate: this charger can't be "
            "updated. Make one with: ucharge keys, or give --root",
            soft_wrap=True,
        )


def _show(line):
    console.out.print(line, markup=False, soft_wrap=True)


async def _show_resets(chip):
    for number in itertools.count():
        # raises what ended the chip, if something did
        await chip.wait_reset(None, float("inf"), number)
        _show(f"chip: reset ({chip.resets[number].kind})")
