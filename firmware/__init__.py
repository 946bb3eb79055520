"""The application image: what an update replaces."""
