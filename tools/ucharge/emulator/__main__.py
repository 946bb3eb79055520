"""``python -m ucharge.emulator FIRMWARE.uf2``: see ucharge.emulator.play."""

import importlib.util
import sys
from pathlib import Path

import click

from ucharge import console
from ucharge.errors import UserError

_HOW = """\
emulator: no UF2 of MicroPython for the Pico W was given, nothing was run.
  Get one (1.25 or later): https://micropython.org/download/RPI_PICO_W/
  Then: make emulator UF2=path/to/RPI_PICO_W-....uf2"""
_MAGIC = b"UF2\nWQ]\x9e"
_USAGE = 2


@click.command()
@click.argument("uf2", required=False, type=click.Path(path_type=Path))
@click.option("--board", default="rpi_pico_w", show_default=True, help="A board with an RP2040.")
@click.option("--http", is_flag=True, help="Take the updates over http: needs less heap.")
@click.option("--preloaded", is_flag=True, help="Files laid into the flash, not copied.")
@click.option("--no-charge", is_flag=True, help="Leave the charge out.")
@click.option("-v", "--verbose", is_flag=True, help="Show the chip's console, too.")
def main(uf2, board, http, preloaded, no_charge, verbose):
    """Run the firmware in UF2 on an emulated Pico W: provision, charge, update, roll back.

    Takes the better part of an hour: a chip that computes runs at a fifteenth of its speed.
    Exits with 0 if every outcome was the expected one, 1 if not, 2 without a usable UF2.
    """
    if uf2 is None:
        click.echo(_HOW, err=True)
        sys.exit(_USAGE)
    if not uf2.is_file() or uf2.read_bytes()[: len(_MAGIC)] != _MAGIC:
        click.echo(f"emulator: {uf2} is not a UF2 file\n{_HOW}", err=True)
        sys.exit(_USAGE)
    if importlib.util.find_spec("rp2040py") is None:
        click.echo("emulator: rp2040py is not installed (`make emulator` does it)", err=True)
        sys.exit(_USAGE)
    from ucharge.emulator.play import play

    try:
        is_good = play(
            console.out,
            uf2,
            board,
            is_verbose=verbose,
            over_console=not preloaded,
            has_charge=not no_charge,
            has_https=not http,
        )
        sys.exit(0 if is_good else 1)
    except UserError as error:
        console.fail(error)
        sys.exit(1)


if __name__ == "__main__":
    main()
