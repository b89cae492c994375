"""Mutations of files: bytes, lines, cells, headings and splices, all drawn from a seed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

MOST = 4
"""Most mutations of one input: more of them only make noise that the header check refuses."""

TOKENS: tuple[bytes, ...] = (
    b'"', b'""', b";", b"\r", b"\n", b"\r\n", b"\0", b"'", b"=", b"\t", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\x1a",
    b"\xed\xa0\x80", b"\xc0\x80", b"\xe2\x80\xa8", b"\xc2\x85", b"\x0b", b"\x0c", b"<", b">", b"&", b"&#0;", b"]]>",
    b"<!--", b"<![CDATA[", b"<!DOCTYPE x>", b"{", b"}", b"[", b"]", b"null", b"true", b"-1", b"1e999", b"NaN",
    b"9" * 25, b"../",
    b"\\", b"S", b"A", b"W", b"X", b"563:1", b"301:B0001", b":", b",", b"29.03.2026 02:30", b"31.02.2026", b"1" * 41,
)  # fmt: skip
"""What parsers stumble over."""

Mutation = Callable[[bytearray, Random], None]


def _span(content: bytearray, random: Random, most: int) -> tuple[int, int]:
    start = random.randrange(len(content) + 1)
    return start, min(len(content), start + random.randint(1, most))


def flip(content: bytearray, random: Random) -> None:
    if content:
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)


def insert(content: bytearray, random: Random) -> None:
    at = random.randrange(len(content) + 1)
    content[at:at] = random.choice(TOKENS)


def overwrite(content: bytearray, random: Random) -> None:
    start, _ = _span(content, random, 1)
    token = random.choice(TOKENS)
    content[start : start + len(token)] = token


def cut_end(content: bytearray, random: Random) -> None:
    del content[random.randrange(len(content) + 1) :]


def cut_out(content: bytearray, random: Random) -> None:
    start, end = _span(content, random, 40)
    del content[start:end]


def repeat(content: bytearray, random: Random) -> None:
    start, end = _span(content, random, 200)
    content[end:end] = content[start:end] * random.randint(1, 3)


def _lines(content: bytearray) -> list[bytes]:
    return re.findall(rb"[^\n]*\n|[^\n]+", bytes(content))


def double_line(content: bytearray, random: Random) -> None:
    lines = _lines(content)
    if lines:
        lines.insert(random.randrange(len(lines) + 1), random.choice(lines))
        content[:] = b"".join(lines)


def drop_line(content: bytearray, random: Random) -> None:
    lines = _lines(content)
    if lines:
        del lines[random.randrange(len(lines))]
        content[:] = b"".join(lines)


def swap_lines(content: bytearray, random: Random) -> None:
    lines = _lines(content)
    random.shuffle(lines)
    content[:] = b"".join(lines)


def other_ends(content: bytearray, random: Random) -> None:
    end = random.choice([b"\n", b"\r", b"\r\r\n", b"\n\n", b"\x85"])
    content[:] = bytes(content).replace(b"\r\n", end, random.choice([-1, 1, 2]))


def swap_cells(content: bytearray, random: Random) -> None:
    """Exchange two cells of a line, of the header as well."""
    lines = _lines(content)
    if lines:
        place = random.randrange(len(lines))
        cells = lines[place].split(b";")
        one, two = random.randrange(len(cells)), random.randrange(len(cells))
        cells[one], cells[two] = cells[two], cells[one]
        lines[place] = b";".join(cells)
        content[:] = b"".join(lines)


def set_cell(content: bytearray, random: Random) -> None:
    lines = _lines(content)
    if lines:
        place = random.randrange(len(lines))
        cells = lines[place].split(b";")
        cells[random.randrange(len(cells))] = random.choice([b"", b" ", *TOKENS])
        lines[place] = b";".join(cells)
        content[:] = b"".join(lines)


def swap_words(content: bytearray, random: Random) -> None:
    """Exchange two words wherever they stand: headings, tags, keys."""
    words = list(re.finditer(rb"[A-Za-z0-9_-]{2,}", bytes(content)))
    if len(words) > 1:
        one, two = sorted(random.sample(words, 2), key=lambda word: word.start())
        before, between = content[: one.start()], content[one.end() : two.start()]
        content[:] = before + two.group() + between + one.group() + content[two.end() :]


def recode(content: bytearray, random: Random) -> None:
    """Write the text in another encoding; what is declared stays."""
    text = bytes(content).decode("utf-8", "replace")
    content[:] = text.encode(random.choice(["utf-16", "utf-16-be", "cp1252", "utf-32", "cp037", "utf-7"]), "replace")


def blow_up(content: bytearray, random: Random) -> None:
    at = random.randrange(len(content) + 1)
    content[at:at] = random.choice([b"x", b";", b'"', b"\n", b"<a>", b"[", b"\0"]) * random.choice(
        [100, 5_000, 150_000]
    )


MUTATIONS: tuple[Mutation, ...] = (
    flip, flip, insert, insert, overwrite, cut_end, cut_out, repeat, double_line, drop_line, swap_lines, other_ends,
    swap_cells, swap_cells, set_cell, set_cell, swap_words, swap_words, recode, blow_up,
)  # fmt: skip


def mutated(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Mutate a file some times; one in eight is first spliced with another of its kind."""
    found = bytearray(content)
    if others and random.randrange(8) == 0:
        other = random.choice(others)
        found[random.randrange(len(found) + 1) :] = other[random.randrange(len(other) + 1) :]
    for _ in range(random.randint(1, MOST)):
        random.choice(MUTATIONS)(found, random)
    return bytes(found)
