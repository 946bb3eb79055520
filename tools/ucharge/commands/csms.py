"""``ucharge csms``: a central system with a firmware host."""

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path

import click

from ucharge import console, paths
from ucharge.errors import UserError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=9000, show_default=True, help="Port for chargers (0: any free).")
@click.option(
    "--firmware-port", default=9443, show_default=True, help="Port of the firmware host."
)
@click.option(
    "--keys",
    "keys_folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=paths.KEYS,
    show_default=True,
    help="Folder with the server's keys; made when missing.",
)
@click.option("--no-tls", is_flag=True, help="ws:// and http:// instead of wss:// and https://.")
@click.option("--password", "passwords", multiple=True, help="ID=HEXKEY: asks for it. Repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print messages as JSON lines.")
@click.option("--control", default=paths.CONTROL, show_default=True, help="Control file to write.")
def command(host, port, firmware_port, keys_folder, no_tls, passwords, as_json, control):
    """Run a test central system for OCPP 1.6-J chargers, with a host for update files.

    \b
    Examples:
      ucharge csms
      ucharge csms --no-tls --port 8080
      ucharge csms --password CP001=000102030405060708090a0b0c0d0e0f

    It accepts every charger, answers everything, prints a timeline, and reports whatever the
    specification forbids. Stop it with Ctrl-C.
    """
    keys = {}
    for entry in passwords:
        identity, _, key = entry.partition("=")
        try:
            keys[identity] = bytes.fromhex(key)
        except ValueError:
            raise UserError(f"--password {entry!r}: the key is not hexadecimal") from None
    asyncio.run(
        _run(host, port, firmware_port, keys_folder, no_tls, keys or None, as_json, control)
    )


async def _run(host, port, firmware_port, keys_folder, no_tls, passwords, as_json, control):
    from ucharge.csms import CentralSystem, FirmwareHost
    from ucharge.csms.control import ControlServer
    from ucharge.csms.tls import server_context
    from ucharge.keys import ensure
    from ucharge.timeline import Timeline

    tls = None
    if not no_tls:
        tls = server_context(ensure(keys_folder, () if host == "0.0.0.0" else (host,)))
    timeline = Timeline(console.out)
    central = CentralSystem(
        host, port, tls, passwords=passwords, on_entry=_print_json if as_json else timeline.entry
    )
    files = FirmwareHost(tls, host, firmware_port, None if as_json else timeline.download)
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(central)
            await stack.enter_async_context(files)
        except OSError as error:
            raise UserError(
                f"can't listen on {host}: {error.strerror or error}",
                "choose --port, --firmware-port",
            ) from error
        await stack.enter_async_context(ControlServer(central, files, control))
        console.err.print(f"chargers connect to  {central.url}/IDENTITY", soft_wrap=True)
        if tls:
            console.err.print(f"they trust           {keys_folder / 'ca.der'}", soft_wrap=True)
        console.err.print("update one with      ucharge update IDENTITY FILE", soft_wrap=True)
        await asyncio.Event().wait()


def _print_json(entry):
    click.echo(json.dumps(entry.as_json()))
