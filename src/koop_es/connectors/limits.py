"""Every bound on what comes in from outside, each with the reason for its number.

Reading holds the rows of one course at a time; what grows with a file are its courses, and where their rows lie.
"""

from __future__ import annotations

MANIFEST_BYTES = 1 << 20
"""A manifest has some twenty short values; 1 MiB is a thousand times that."""

EXPORT_BYTES = 8 << 30
"""All files of one export together: the largest VHS (10,230 courses, 49 MB of JSON, domain 9) fits a hundred times, and
so do all bookings of Germany in ten years. What reading takes in memory does not depend on it."""

ARCHIVE_ENTRIES = 100
"""An archive holds a manifest and three files; the rest is what packers and desktops add."""

ARCHIVE_DIRECTORY_BYTES = 1 << 20
"""Size of an archive's table of contents: 100 entries with the longest names that systems allow stay far below."""

ARCHIVE_RATIO = 200
"""Uncompressed to compressed size: exports pack 5 to 30 times, a bomb 1,000 times."""

ARCHIVE_RATIO_FREE_BYTES = 1 << 20
"""Entries below this size may be packed by any ratio: they can do no harm."""

UNPACKED_BYTES = 16 << 20
"""Bytes of an unpacked file that stay in memory; more lie in a file without a name until they are read."""

LINE_BYTES = 12 << 20
"""Longest physical line that is kept as the original of a rejected row, room for a cell of 10 MB; one past it is no
export line at all, and three copies of it in four-byte characters still fit the memory that reading may take."""

RECORD_BYTES = 1 << 20
"""Longest record: real ones have some 5 kB, and an unclosed quote must not draw the whole file into one row."""

RECORD_LINES = 2_000
"""Most physical lines of one record: real info texts have fewer than a hundred."""

CELL_CHARS = 100_000
"""Longest cell; the longest real info text has some 2,000 characters. Below the csv module's own 131,072."""

COLUMNS = 200
"""Most columns of a file: the contract has 34, KuferSQL's own list exports about a hundred."""

REJECTED_ROWS = 100_000
"""Most rejected rows of one file: past it the file as a whole is not what its manifest says."""

BLANK_LINES = 1_000_000
"""Most blank lines of one file: some programs end a file with a few, none with a million."""

REJECTED_BYTES = 48 << 20
"""Most original bytes kept of rejected rows of one file, a fifth of the memory that reading may take (256 MiB)."""

RESCAN_BYTES = 512 << 20
"""Most bytes read a second time to find rows behind broken quotes, so that hostile quoting costs seconds, not hours:
some 4,000 quotes that never close, each drawing in the csv module's 128 KiB."""

COURSES = 60_000
"""Most courses that one file names: six times those of the largest VHS (domain 9); where their rows lie is kept."""

COURSE_ROWS = 100_000
"""Most rows of one course in a file, which are held together: the largest online lecture has a tenth of them."""

COURSES_BYTES = 64 << 20
"""Most memory for the courses of one file, which are kept until all are read: the largest VHS has 10,230 of them, with
some 2 kB of text each (domain 9)."""

COURSE_BYTES = 1 << 10
"""What a course takes beside its texts."""

NOTICES = 1_000
"""Most notices per file; a summary line counts the rest. Nobody reads more."""

MONEY_CENTS = 100_000 * 100
"""Largest amount, 100,000 EUR: a hundred times the dearest real course, and a misplaced comma lies above."""

COUNT = 999_999
"""Largest number of participants that is believed."""

YEARS = (1900, 2199)
"""Years that are believed: before it lie typing errors such as 0217, behind it such as 20217."""

XML_CHUNK_BYTES = 1 << 16
"""Bytes fed to the XML parser at once."""

XML_DEPTH = 32
"""Deepest nesting; both XML formats use five levels."""

XML_RECORD_BYTES = 4 << 20
"""Longest element of one course; real ones have 4 to 20 kB, a course with 1,000 sessions 150 kB."""

XML_TAG_BYTES = 1 << 17
"""Longest tag with its attributes; real ones have a hundred bytes, and the parser keeps each attribute of one."""

XML_NAMES = 5_000
"""Most different names of elements, attributes, prefixes and entities: the parser forgets none, real files have 200."""

XML_NAME_CHARS = 1_000
"""Longest of these names, with the namespace."""

XML_ELEMENTS = 20_000
"""Most elements of one course that are looked at: a course with 1,000 sessions has 5,000."""

XML_NAMING = ("knr", "semester", "nummer", "guid")
"""What names a course of either format."""
