"""A board on a cable: the connection, and what is asked of it."""
