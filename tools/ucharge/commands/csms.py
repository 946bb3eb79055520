"""``ucharge csms``: a central system with a firmware host."""

import asyncio
import json
import signal
from contextlib import AsyncExitStack
from pathlib import Path

import click

from ucharge import console, paths
from ucharge.errors import UserError

_PORT = click.IntRange(0, 65535)
_KEY = "write it like CP001=000102030405060708090a0b0c0d0e0f"
_EVERYWHERE = ("0.0.0.0", "::")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--name", help="Name or address chargers reach it by. Default: --host.")
@click.option(
    "--port", type=_PORT, default=9000, show_default=True, help="For chargers (0: any free)."
)
@click.option(
    "--firmware-port", type=_PORT, default=9443, show_default=True, help="For update files."
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
@click.option("--auto-start", is_flag=True, help="Start a transaction when a car is plugged in.")
@click.option(
    "--rate",
    type=click.IntRange(0),
    default=250,
    show_default=True,
    help="Firmware host, KB/s (0: no limit).",
)
@click.option(
    "--uploads",
    "uploads_folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=paths.UPLOADS,
    show_default=True,
    help="Folder for the logs that chargers upload.",
)
@click.option("--json", "as_json", is_flag=True, help="Print messages as JSON lines.")
@click.option("--control", default=paths.CONTROL, show_default=True, help="Control file to write.")
def command(
    host,
    name,
    port,
    firmware_port,
    keys_folder,
    no_tls,
    passwords,
    auto_start,
    rate,
    uploads_folder,
    as_json,
    control,
):
    """Run a test central system for OCPP 1.6-J chargers, with a host for update files.

    \b
    Examples:
      ucharge csms --auto-start
      ucharge csms --no-tls --port 8080
      ucharge csms --host 0.0.0.0 --name 192.168.1.20
      ucharge csms --password CP001=000102030405060708090a0b0c0d0e0f

    It accepts every charger, answers everything, prints a timeline, and reports whatever the
    specification forbids. Stop it with Ctrl-C.

    Logs come with `ucharge call ID GetDiagnostics '{"location": "URL"}'`, URL as printed.
    """
    if host in _EVERYWHERE and not name:
        raise UserError(f"--host {host} needs --name", "the name chargers reach this machine by")
    name = name or host
    keys = _parse_passwords(passwords)
    tls = None if no_tls else _server_tls(keys_folder, name)
    ca = None if no_tls else keys_folder / "ca.der"
    asyncio.run(
        _run(
            host, name, port, firmware_port, tls, ca, keys, auto_start, rate, uploads_folder,
            as_json, control,
        )
    )  # fmt: skip


def _parse_passwords(passwords):
    keys = {}
    for entry in passwords:
        identity, _, key = entry.partition("=")
        try:
            keys[identity] = bytes.fromhex(key)
        except ValueError:
            raise UserError(f"--password {entry!r}: the key is not hexadecimal", _KEY) from None
        if not identity or not keys[identity]:
            raise UserError(f"--password {entry!r} is not ID=HEXKEY", _KEY)
    return keys or None


def _server_tls(keys_folder, name):
    from ucharge.csms.tls import server_context
    from ucharge.keys import ensure

    keys = ensure(keys_folder, (name,))
    if name not in keys.server_names:
        raise UserError(
            f"the server certificate in {keys_folder} does not name {name}",
            f"make one that does: ucharge keys --host {name} --force",
        )
    return server_context(keys)


async def _run(
    host, name, port, firmware_port, tls, ca, keys, auto_start, rate, uploads_folder, as_json,
    control,
):  # fmt: skip
    from ucharge.csms import CentralSystem, FirmwareHost
    from ucharge.csms.auto_start import AutoStart
    from ucharge.csms.control import ControlServer
    from ucharge.timeline import Timeline

    timeline = Timeline(console.out)
    central = CentralSystem(
        host,
        port,
        tls,
        name=name,
        passwords=keys,
        on_entry=_print_json if as_json else timeline.entry,
    )
    files = FirmwareHost(
        tls,
        host,
        firmware_port,
        name,
        on_progress=None if as_json else timeline.download,
        rate_bytes_s=rate * 1000,
        on_upload=lambda upload: _take_upload(upload, uploads_folder, timeline, as_json),
    )
    if auto_start:
        central.listen(AutoStart(central, "AUTO", _tell_refusal))
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(central)
            await stack.enter_async_context(files)
        except OSError as error:
            raise UserError(
                f"can't listen: {error.strerror or error}", "choose --port, --firmware-port"
            ) from error
        await stack.enter_async_context(ControlServer(central, files, control))
        if ca:
            console.err.print(f"chargers trust       {ca}", soft_wrap=True)
        console.err.print(f"chargers connect to  {central.url}/IDENTITY", soft_wrap=True)
        console.err.print(f"they upload logs to  {files.url('logs')}", soft_wrap=True)
        console.err.print("update one with      ucharge update IDENTITY FILE", soft_wrap=True)
        await _stopped()


async def _stopped():
    """Until SIGTERM; Ctrl-C cancels this task."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()


def _take_upload(upload, folder, timeline, as_json):
    if not as_json:
        timeline.upload(upload)
    if upload.is_good:
        path = upload.save(folder)
        console.err.print(f"saved               {path}", soft_wrap=True, markup=False)


def _tell_refusal(identity, text):
    console.err.print(f"{identity}: {text}", soft_wrap=True, markup=False)


def _print_json(entry):
    click.echo(json.dumps(entry.as_json()))
