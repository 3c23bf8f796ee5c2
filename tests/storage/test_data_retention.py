"""docs/data-retention.md says of every column and every trace what becomes of it, and of nothing else."""

from __future__ import annotations

from pathlib import Path

from teleconnect_bot.adapters.storage.columns import Kept, sealed_columns
from teleconnect_bot.adapters.storage.tables import metadata
from teleconnect_bot.domain.retention import TraceKind

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "data-retention.md").read_text(encoding="utf-8")


def _rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its first two lines."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_column_stands_in_the_page_with_its_class_and_no_other_does() -> None:
    everything = [column for table in metadata.tables.values() for column in table.columns]
    columns = {f"`{column.table.name}.{column.name}`": f"`{column.info['retention']}`" for column in everything}
    rows = _rows("Every column of our database")
    assert {row[0]: row[1] for row in rows} == columns
    assert len(rows) == len(columns)
    assert [row[0] for row in rows if not row[2] and not row[3]] == []


def test_every_class_is_explained_and_used() -> None:
    assert {row[0] for row in _rows("Classes")} == {f"`{kept}`" for kept in Kept}
    assert {column.info["retention"] for table in metadata.tables.values() for column in table.columns} == set(Kept)
    assert all(all(row) for row in _rows("Classes"))


def test_every_kind_of_trace_is_explained() -> None:
    rows = _rows("Every trace outside our database")
    assert {row[0] for row in rows} == {f"`{kind}`" for kind in TraceKind}
    assert all(all(row) for row in rows)


def test_what_cannot_be_removed_is_not_forgotten() -> None:
    section = PAGE.partition("## What we cannot remove")[2]
    accounts = {"users", "erased_users", "user_stats_current", "user_signature_stream", "user_ips"}
    streams = {"current_state_delta_stream", "device_lists_*", "presence_stream", "device_inbox", "delayed_events"}
    for_days = {"scheduled_tasks", "sliding_sync_connection*"}
    assert {table for table in accounts | streams | for_days if f"`{table}`" not in section} == set()


def test_a_sealed_column_may_be_empty_because_it_is_emptied_at_teardown() -> None:
    for table in metadata.tables.values():
        assert all(table.columns[name].nullable for name in sealed_columns(table))
