"""Is what was written for an update an image that can be mounted and has an application?

A signature says who made an image, not that it is sound; one that is not would be noticed at its
first start alone, and cost all attempts of a trial. Loaded for that moment.
May import: ``loader``, ``ota.errors``.
"""

from loader.modules import forget
from loader.romfs import Index, RomfsError
from ota.errors import Refused

_APP = "/firmware/app."  # what main.py starts


def steps(slot, header):
    """A generator, one step a record of the image in ``slot``, not yet published, of ``header``.

    Raises Refused; OSError where it can't be read.
    """
    from loader.romfs_index import walk

    file, size = slot.open_image(header)
    found = Index()
    try:
        yield from walk(file, size, found)
    except RomfsError as error:
        raise Refused("image: %s" % error)
    finally:
        file.close()
        forget("loader.romfs_index")
    if not (found.find(_APP + "mpy") or found.find(_APP + "py")):
        raise Refused("image: no application in it")
