"""Why a check does not hold."""


class CheckFailedError(Exception):
    """What was claimed is not so; the message says which claim, in a sentence without anybody's data."""
