"""The table of types beside a document (FORMAT.md, section 5)."""

#: Its key; the table goes from JSON pointers to types.
TYPES = "types"
