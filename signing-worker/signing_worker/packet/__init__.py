"""The XML packet: the record itself, of which the printed form is a rendering.

``build`` writes it, ``slots`` signs it, ``read`` reads it back. What its elements are called stands in
``mapping.toml`` alone.
"""
