"""uCharge on the host: simulated chip, test central system, build and update tools."""
