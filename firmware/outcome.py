"""What the boot record says, in words. Loaded for the start alone. May import: ``loader``."""

from loader.record import REJECTED


def outcome(context):
    """How the image that runs came to do so; of the update before, why it doesn't."""
    if context.is_trial:
        return "on trial"
    record = context.record
    if record.state == REJECTED:
        return "after %d.%d.%d was rejected: %s" % (record.version + (record.reason,))
    return "confirmed" if record.reason in ("confirm", "none") else "confirmed: " + record.reason
