-- What was in clear is still in pages that nobody uses any more.
VACUUM;
