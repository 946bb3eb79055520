"""The demonstration, in parts that tests and campaigns use again.

``bench`` sets the stage, ``scenario`` has the steps, ``judge`` looks at what came of them,
``play`` puts them in order and shows them.
"""
