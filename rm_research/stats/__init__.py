"""Pure numerics: arrays in, small frozen results out. Nothing here knows what a survey is."""
