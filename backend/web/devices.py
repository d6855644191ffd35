"""What somebody signs in with, coarsely: enough to know one's own session by, too little to follow anybody."""

UNKNOWN = ""
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
"""Marks in a User-Agent header, the more telling first: each names those after it too."""


def device_of(user_agent: str) -> str:
    """Browser and system, as far as they are known, such as ``Chrome · Windows``; never a version."""
    found = (
        next((name for mark, name in table if mark in user_agent), UNKNOWN) for table in (BROWSERS, SYSTEMS)
    )
    return " · ".join(name for name in found if name)
