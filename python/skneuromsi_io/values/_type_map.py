"""The type map beside a document: JSON pointers, and the type of what each points to (FORMAT.md, section 5)."""

#: Its key.
TYPES = "types"
