"""How much a file may ask of the reader.

A file of 50 MB can unpack to a thousand times its size, so every bound is checked before the bytes it bounds
are read, and each unpacked part is read through a counter that does not believe the archive's own figures.
"""

MEGABYTE = 1024 * 1024

FILE_MAX_MB = 50
"""Size of the file as it is sent."""

UNPACKED_MAX_MB = 500
"""All parts of a workbook together; 100,000 pupils with full comments need about 400."""

ELEMENT_MAX_MB = 8
"""XML between two rows; a row of this system has some kilobytes."""

TREE_MAX_MB = 8
"""A part that is read as a whole: the list of sheets, the styles."""

ROWS_MAX = 100_000
"""Pupil rows of all sheets together: most of a province."""

COLUMNS_MAX = 1_000
"""Columns looked at; the table of this system has about 110."""

SHEET_ROWS_MAX = 1_048_576
"""Rows of a sheet, empty ones counted: the limit of the format."""

STRINGS_MAX = 3_000_000
"""Shared strings of a workbook."""

PARTS_MAX = 5_000
"""Members of the archive."""

COMPUTED_AREAS_MAX = 1_000
"""Array formulas that may reach over one row."""

HEADER_ROWS = 30
"""Rows looked at for the header."""

RAW_TEXT_MAX = 4_000
"""Characters of a cell before cleaning; the longest text that is kept has 300."""

FAULTS_PER_ROW = 50
"""Faults kept of a row: enough to see that the whole row is wrong, small enough for a file full of them."""
