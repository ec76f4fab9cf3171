"""Singer messages as text: lines in, STATE out when every row before it is accounted for.

What may enter: reading and writing of lines. What rows mean is decided elsewhere.
"""
