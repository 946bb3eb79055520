"""What `books` has one of for each transaction and for each of its messages."""


class Transaction:
    """One transaction as it happened, and the messages that told of it."""

    def __init__(self, event, is_sure):
        self.is_sure = is_sure
        self.begin_ms, self.connector, self.idTag, self.begin_wh, self.begin_mj = event[1:6]
        self.order = 0
        self.end = None  # (ms, Wh, reason, mJ)
        self.end_order = None
        self.cut = None  # (ms, least Wh, most Wh), at the first of the cuts in a row
        self.cuts_s = []
        self.begins = Message()
        self.ends = Message()
        self.is_timeless = False  # a run that knew no time had part in it
        self.is_unnamed = False  # its begin was answered with no id of use
        self.told = None
        self.readings = {}  # time stamp and context -> Message
        self.last_wh = None  # the latest reading told


class Message:
    """One message's way: uniqueId, the payload booked, how often it was refused."""

    def __init__(self):
        self.uid = None
        self.payload = None
        self.refused = 0
