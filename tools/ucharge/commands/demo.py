"""``ucharge demo``: a charge and three updates, judged."""

import asyncio
from pathlib import Path

import click

from ucharge import console


@click.command()
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to keep the keys and the flash in. Default: a temporary one.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show the charger's console, too.")
def command(keep, verbose):
    """Show a simulated charger charge a car and go through three updates.

    \b
    A car charges. A good update arrives, waits for the charge to end, is installed, tried and
    confirmed. A build that hangs is tried three times, killed by the watchdog each time, and
    rolled back. A file with one flipped bit is refused. Takes about a minute.

    \b
    Examples:
      ucharge demo
      ucharge demo --verbose --keep /tmp/demo

    Exits with 0 only if every outcome was the expected one, judged by what the central system
    received and by the flash.
    """
    from ucharge.demo.play import play

    if keep:
        keep.mkdir(parents=True, exist_ok=True)
    return 0 if asyncio.run(play(console.out, keep, verbose)) else 1
