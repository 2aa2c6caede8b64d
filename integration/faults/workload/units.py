"""All units and their weights."""

from __future__ import annotations

from . import blocks, rivals, statements
from .unit import Unit

WEIGHTS: dict[type[Unit], int] = {
    statements.Autocommit: 6,
    statements.Bulk: 4,
    statements.Cascade: 2,
    statements.Increment: 3,
    statements.Keys: 4,
    statements.Members: 2,
    statements.Read: 1,
    statements.Save: 2,
    statements.UpdateOrCreate: 2,
    statements.Upsert: 3,
    blocks.Atomic: 6,
    blocks.LeftEarly: 1,
    blocks.Manual: 2,
    blocks.ManualRolledBack: 2,
    blocks.Nested: 3,
    blocks.OnCommit: 3,
    blocks.RolledBack: 2,
    blocks.Swallowed: 3,
    blocks.Transfer: 4,
    blocks.Tree: 2,
    rivals.Deadlock: 1,
    rivals.Killed: 1,
    rivals.Locked: 2,
}
