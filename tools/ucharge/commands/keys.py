"""``ucharge keys``: makes the certificates and keys."""

from pathlib import Path

import click
from rich.table import Table

from ucharge import console, paths
from ucharge.keys import create
from ucharge.keys.folder import CONTENTS, LOOPBACK


@click.command()
@click.option(
    "--out",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=paths.KEYS,
    show_default=True,
    help="Folder to fill.",
)
@click.option("--host", "hosts", multiple=True, help="Name or address of the server. Repeatable.")
@click.option("--force", is_flag=True, help="Replace the keys that are there.")
def command(folder, hosts, force):
    """Make a CA, a server certificate, and the firmware signing chain.

    \b
    Examples:
      ucharge keys
      ucharge keys --host csms.local --host 192.168.1.20
      ucharge keys --out /safe/place/keys

    The charger gets ca.der. Keep the *.key.pem to yourself: whoever has signing.key.pem can
    sign firmware as you do, for every charger that has manufacturer.der.
    """
    keys = create(folder, hosts, force)
    table = Table("file", "for", title=f"keys in {folder}", title_justify="left")
    for name, purpose in CONTENTS.items():
        table.add_row(f"{name}.pem .der .key.pem", purpose)
    console.out.print(table)
    names = ", ".join(dict.fromkeys([*LOOPBACK, *hosts]))
    console.out.print(f"server certificate for: {names}")
    console.out.print(
        f"give to the charger:    {keys.folder / 'ca.der'}, {keys.folder / 'manufacturer.der'}"
    )
