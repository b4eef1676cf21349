"""Linear mixed models by restricted maximum likelihood: nested and crossed groups, without n × n matrices."""
