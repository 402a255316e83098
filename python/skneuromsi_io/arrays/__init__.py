"""Labelled arrays to and from NetCDF."""
