"""Update files on the device: what they say of themselves, and how they get into a slot."""
