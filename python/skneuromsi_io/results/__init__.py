"""Results in memory and the collections that hold them."""
