"""The clock is set: what was stamped before gets its date for good. Loaded for that alone.

May import: built-ins. What waits on flash stays as it is; notes behind it say from when its
stamps count, so that a later run can tell.
"""


def date(outbox, has_tail):
    """Date what `Outbox` keeps of transactions; gives the notes for `Segments.append`."""
    clock, segments = outbox.clock, outbox.segments
    if outbox.saved[:1] == "+" or outbox.left_open:
        outbox.is_saved = False
    outbox.saved = clock.resolve(outbox.saved)
    for record in outbox.left_open:
        record["last"] = clock.resolve(record["last"])
        record["start"]["timestamp"] = clock.resolve(record["start"]["timestamp"])
    if not (has_tail or segments.count):
        return ()
    starts = []
    if has_tail or segments.is_prefixed:
        starts.append((segments.prefix, 0))
    starts += outbox.starts.items()
    return ["C %s %d" % (prefix, s + clock.start_s) for prefix, s in starts if s <= 0]
