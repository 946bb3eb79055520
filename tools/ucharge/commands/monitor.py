"""``ucharge monitor``: what a board prints."""

from pathlib import Path

import click

from ucharge import console


@click.command()
@click.argument("port")
@click.option(
    "--names",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The .names file `ucharge build` wrote: tracebacks get the names of the sources.",
)
def command(port, names):
    """Show the console of the board at PORT until Ctrl-C. The board is not disturbed.

    \b
    Examples:
      ucharge monitor /dev/ttyACM0
      ucharge monitor /dev/ttyUSB0 --names ucharge-1.1.0.names
    """
    from ucharge.board.listen import lines
    from ucharge.build.names import read_back, read_names

    known = read_names(names) if names else {}
    for line in lines(port):
        console.out.print(read_back(line, known), markup=False, soft_wrap=True)
