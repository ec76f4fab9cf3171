"""Singer input and output: reads lines, and emits STATE when all rows before it are settled.

What may enter: reading and writing of lines. What rows mean is decided elsewhere.
"""
