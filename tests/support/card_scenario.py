"""A central system that knows some cards, and a driver who visits with one of them."""

from scenario import Scenario


def info(status="Accepted", **fields):
    fields["status"] = status
    return {"idTagInfo": fields}


class CardScenario(Scenario):
    """A central system that knows ``cards``: idTag -> idTagInfo; others are Invalid."""

    def setUp(self):
        Scenario.setUp(self)
        self.cards = {"TAG1": info(), "BAD": info("Blocked")}
        central = self.central

        def authorize(payload):
            return self.cards.get(payload["idTag"].upper(), info("Invalid"))

        def start(payload):
            self.number += 1
            answer = dict(authorize(payload))
            answer["transactionId"] = self.number
            return answer

        self.number = 0
        central.answers["Authorize"] = authorize
        central.answers["StartTransaction"] = start
        central.answers["StopTransaction"] = lambda p: authorize(p) if "idTag" in p else {}

    def visit(self, idTag="TAG1"):
        """Plug in, charge with a card, stop with it, leave; gives whether energy flowed."""
        self.plug()
        self.card(idTag, 4)
        charged = self.charges()
        if charged:
            self.card(idTag, 12)
        self.unplug()
        return charged

    def asked(self):
        """The idTags asked about since the last call."""
        idTags = [payload["idTag"] for payload in self.central.payloads("Authorize")]
        self.central.forget()
        return idTags
