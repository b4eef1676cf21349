"""Factor models of items: patterns of free, fixed and equal parameters, fitted by maximum likelihood."""
