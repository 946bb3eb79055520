"""``ucharge call``: sends one CALL to a charger."""

import asyncio
import json

import click

from ucharge import console, paths
from ucharge.errors import UserError


@click.command()
@click.argument("charger")
@click.argument("action")
@click.argument("payload", default="{}")
@click.option("--control", default=paths.CONTROL, show_default=True, help="Of `ucharge csms`.")
def command(charger, action, payload, control):
    """Send ACTION with the JSON PAYLOAD to CHARGER and print its answer.

    \b
    Examples:
      ucharge call CP001 RemoteStartTransaction '{"idTag": "DRIVER-1", "connectorId": 1}'
      ucharge call CP001 GetConfiguration

    Needs `ucharge csms` running in this folder with the charger connected to it.
    """
    try:
        fields = json.loads(payload)
    except ValueError as error:
        raise UserError(
            f"PAYLOAD is no JSON: {error}", """write it like '{"type": "Soft"}'"""
        ) from None
    answer = asyncio.run(_call(charger, action, fields, control))
    console.out.print_json(data=answer)


async def _call(charger, action, fields, control):
    from ucharge.csms.control_client import connect

    async with connect(control) as client:
        return await client.call(charger, action, fields)
