"""Reading what schools export, and writing the same tables.

Pure: bytes in, rows and faults out; no database, no network. ``read.read_file`` is the one way in, ``write``
the one way out; nothing here imports anything of this project but ``backend.domain``.
"""
