"""Tables kept as one text, a row a line: a third of the heap that a dict of dicts takes.

May import: nothing. The first word of a line is its name; words are one space apart.
"""


def row(table, name):
    """The words of the line that begins with ``name``, or None where there is none."""
    at = table.find("\n" + name + " ") + 1
    found = table[at : table.find("\n", at)].split(" ")
    return found if found[0] == name and name else None


def names(table):
    """The names of all lines, in order."""
    return [line.split(" ")[0] for line in table.split("\n") if line]
