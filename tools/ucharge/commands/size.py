"""``ucharge size``: how many bytes the image takes, and the heap once it runs."""

import click


@click.command()
def command():
    """Show .mpy bytes per module, the image's total, and the heap after start."""
    from ucharge.size import report

    return report()
