"""``ucharge update``: has the central system update a charger, and follows it."""

import asyncio
from pathlib import Path

import click

from ucharge import console, paths
from ucharge.errors import UserError


@click.command()
@click.argument("charger")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--retries", type=click.IntRange(0), help="Further download attempts.")
@click.option(
    "--timeout",
    "timeout_s",
    type=click.IntRange(1),
    default=900,
    show_default=True,
    help="Seconds to follow.",
)
@click.option("--force", is_flag=True, help="Send it even if it is no sound update file.")
@click.option("--control", default=paths.CONTROL, show_default=True, help="Of `ucharge csms`.")
def command(charger, file, retries, timeout_s, force, control):
    """Update CHARGER to FILE over the air and follow it until it is installed or failed.

    \b
    Examples:
      ucharge update CP001 ucharge-1.1.0.ucup
      ucharge update CP001 ucharge-1.1.0.ucup --retries 3

    Needs `ucharge csms` running in this folder with the charger connected to it. Exits with 0
    only when the charger has reported Installed.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UserError(
            f"can't read {file}: {error.strerror}", "make one with: ucharge build"
        ) from error
    return asyncio.run(_update(charger, file.name, data, retries, timeout_s, force, control))


async def _update(charger, name, data, retries, timeout_s, force, control):
    from ucharge.build import updatefile
    from ucharge.csms.control_client import connect
    from ucharge.csms.follow import follow_update

    version = None
    try:
        version = updatefile.parse(data).version
    except updatefile.UpdateFileError as error:
        if not force:
            raise UserError(f"{name}: {error}", "send it all the same with --force") from error
    async with connect(control) as client:
        try:
            outcome = await asyncio.wait_for(
                follow_update(client, charger, name, data, retries, console.out), timeout_s
            )
        except asyncio.TimeoutError:
            raise UserError(
                f"{charger} has not finished within {timeout_s} s",
                "it may still do so: look at the central system, or give a longer --timeout",
            ) from None
    if outcome != "Installed":
        raise UserError(f"{charger}: {outcome}; it runs what it ran before")
    console.out.print(f"[green]{charger} runs {version or name}[/]")
    return 0
