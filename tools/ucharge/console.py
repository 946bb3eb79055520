"""The terminal: one console for what is asked for, one for errors and progress."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def progress():
    """A progress bar on stderr that disappears when the work is done."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def fail(error):
    """Show a UserError: what is wrong and what to do, one line each."""
    err.print(f"[bold red]error:[/] {plain(error)}", soft_wrap=True)
    hint = getattr(error, "hint", "")
    if hint:
        err.print(f"  [dim]{plain(hint)}[/]", soft_wrap=True)


def plain(text):
    """Square brackets in ``text`` are no markup."""
    return str(text).replace("[", r"\[")
