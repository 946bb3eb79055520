"""``ucharge trace``: a charger's tracebacks with the functions' own names."""

import json
from pathlib import Path

import click

from ucharge.errors import UserError


@click.command()
@click.argument("names", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("log", type=click.File("r", errors="replace"), default="-")
def command(names, log):
    """Show LOG (a file, or standard input), its tracebacks with the names of the sources.

    NAMES is the file that `ucharge build` wrote beside the update file of that version: on the
    device private names are short.
    """
    from ucharge.build.names import read_back

    try:
        known = json.loads(names.read_text())
    except (OSError, ValueError) as error:
        raise UserError(
            f"can't read {names}: {error}", "`ucharge build` writes one beside each update file"
        ) from error
    for line in log:
        click.echo(read_back(line, known), nl=False)
