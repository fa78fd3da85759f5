"""What `sources.files.table` says, slowly: rows of a CSV text one by one, each read from its own lines and nothing else."""

import csv
import re

LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def read_rows(text: str, delimiter: str, width: int, max_lines: int) -> tuple[list[tuple[int, list[str]]], list[int]]:
    """((line, fields) of sound rows, lines of broken ones); `text` begins behind the header, its first line is number 2."""
    lines = LINES.findall(text)
    sound, broken = [], []
    at = 0
    while at < len(lines):
        fields, count = _row(lines[at : at + max_lines], delimiter)
        if fields is None or "\0" in "".join(lines[at : at + count]) or not _fits(fields, width):
            broken.append(at + 2)
            count = 1
        elif any(fields):
            sound.append((at + 2, fields[:width]))
        at += count
    return sound, broken


def _row(lines: list[str], delimiter: str) -> tuple[list[str] | None, int]:
    """The fields of the first row and how many lines it takes; None where it is none."""
    for count in range(1, len(lines) + 1):
        try:
            rows = list(csv.reader(lines[:count], delimiter=delimiter, strict=True))
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                continue
            return None, 1
        return rows[0], count
    return None, 1


def _fits(fields: list[str], width: int) -> bool:
    return not any(fields) or len(fields) == width or (len(fields) > width and not any(fields[width:]))
