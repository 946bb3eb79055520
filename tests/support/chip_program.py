"""Small programs on a real chip process."""

import asyncio

from ucharge.sim.runner import Chip


def program(folder, files, **options):
    """A chip that is off, with ``files`` (device path -> text) in its flash."""
    chip = Chip(folder, **options)
    chip.provision({path: text.encode() for path, text in files.items()})
    return chip


def run(chip, story):
    """Run ``story(chip)`` with the chip on; the chip is off afterwards."""

    async def inner():
        async with chip:
            return await asyncio.wait_for(story(chip), 60)

    return asyncio.run(inner())
