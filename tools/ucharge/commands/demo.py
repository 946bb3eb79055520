"""``ucharge demo``: a charge and four updates, judged."""

import asyncio
from pathlib import Path

import click

from ucharge import console


@click.command()
@click.option("--board", default="sim_rp2", show_default=True, help="sim_rp2 or sim_esp32.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to keep the keys and the flash in. Default: a temporary one.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show the charger's console, too.")
def command(board, keep, verbose):
    """Show a simulated charger charge a car and go through four updates.

    \b
    A car charges. A good update arrives, waits for the charge to end, is installed, tried and
    confirmed. A build that hangs is tried three times (once on the ESP32), killed by the
    watchdog each time, and rolled back. A power cut in a trial costs one of three attempts. A
    file with one flipped bit is refused. Takes about a minute.

    \b
    Examples:
      ucharge demo
      ucharge demo --board sim_esp32
      ucharge demo --verbose --keep /tmp/demo

    Exits with 0 only if every outcome was the expected one, judged by what the central system
    received and by the flash.
    """
    from ucharge.demo.play import play

    if keep:
        keep.mkdir(parents=True, exist_ok=True)
    return 0 if asyncio.run(play(console.out, keep, verbose, board)) else 1
