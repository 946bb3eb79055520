"""``ucharge trace``: a charger's tracebacks with the functions' own names."""

from pathlib import Path

import click


@click.command()
@click.argument("names", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("log", type=click.File("r", errors="replace"), default="-")
def command(names, log):
    """Show LOG (a file, or standard input), its tracebacks with the names of the sources.

    NAMES is the file that `ucharge build` wrote beside the update file of that version: on the
    device private names are short.
    """
    from ucharge.build.names import read_back, read_names

    known = read_names(names)
    for line in log:
        click.echo(read_back(line, known), nl=False)
