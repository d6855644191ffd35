"""The servers a machine lacks, started from wheels and npm on loopback, and ended with whoever started them.

Each server is one small class with ``start`` and ``stop``. Production needs none of them: it gives URLs.
Nothing here knows the application; settings arrive as parameters.
"""
