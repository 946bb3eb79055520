"""What the boot record says, in words. Loaded for the start alone. May import: ``loader``."""

from loader.record import REJECTED, other


def outcome(context):
    """How the image that runs came to do so; of the update before, why it doesn't."""
    if context.is_trial:
        return "on trial"
    record = context.record
    if record.state == REJECTED:
        return "after %d.%d.%d was rejected: %s" % (record.version + (record.reason,))
    return "confirmed" if record.reason in ("confirm", "none") else "confirmed: " + record.reason


def fell(context):
    """(mark, events, version): what went wrong with an image, as `update_check` has it; ``mark``
    tells one time from another, "" where nothing did; ``version`` is what must not be asked for
    again, () for none."""
    record = context.record
    reason = record.reason
    version = ()
    if context.is_trial:
        return "", (), ()
    if record.state == REJECTED:
        events = ("RollBack", "CorruptSlot") if reason == "corrupt" else ("RollBack",)
        version = record.version
    elif reason in ("crashloop", "rollback"):
        events = ("RollBack",)
        version = context.slots[other(record.home)].version()
    elif reason == "corrupt":
        events = ("CorruptSlot",)
    else:
        return "", (), ()
    mark = "%d %s %d %d.%d.%d" % ((record.state, reason, record.request_id) + record.version)
    return mark, events, version
