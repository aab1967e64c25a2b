"""The yardsticks of a profile, one file per grading: what a path asks, and what it may be compared with.

`required` (A, E), `realised` (D), `superior` (N, P), `endstate` (S), `bottomup` (B), `record` (T).
"""
