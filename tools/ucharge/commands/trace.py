"""``ucharge trace``: a charger's tracebacks with the names of the sources."""

import click


@click.command()
@click.argument("log", type=click.File("r", errors="replace"), default="-")
def command(log):
    """Show LOG (a file, or standard input) with the private names of its tracebacks.

    An image carries private names in short (`_a`). This puts those of the sources here in their
    place, so these must be the sources of the image's version.
    """
    from ucharge.build.names import long_names, shorten
    from ucharge.build.stage import stage

    click.echo(long_names(log.read(), shorten(stage())[1]), nl=False)
