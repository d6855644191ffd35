"""Drawing a form without laying it out: WeasyPrint lays an empty form out once, and each pupil's text is stamped on it.

``signing-worker/README.md`` draws how the parts work together; ``stamper.py`` is where to begin reading.
"""
