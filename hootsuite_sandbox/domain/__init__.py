"""Domain: the records of the emulated world and the rules that they obey.

What enters here knows nothing of HTTP routes and nothing of how the first world is made: records,
their relations, how they change with time, who may do what, how they are shown, and the truth that
clients are compared with.
"""
