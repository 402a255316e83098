"""Members and documents of an archive, and the files that hold it; no result is read or written here."""
