"""The works that methods rest on, by the sentence that explains a method: keys of docs/references.bib."""

MULTIPLICITY = ("holm1979", "benjamini1995")
REFERENCES: dict[str, tuple[str, ...]] = {
    "jackknife": ("efron1981", "bell2002"),
    "likelihood": ("laird1982", "kenward1997"),
    "sign_flips": ("fisher1935",),
    "paired_t": ("student1908",),
    "hodges_lehmann": ("hollander1999",),
    "d_rm": ("morris2002",),
    "bonett": ("bonett2008", "hedges1981"),
    "wilson": ("wilson1927", "newcombe1998"),
    "reliable_change": ("jacobson1991",),
    "imputed": ("rubin1987", "barnard1999"),
    "mixed_model": ("laird1982", "patterson1971", "kenward1997"),
    "welch": ("welch1947",),
    "ancova_person": ("mackinnon1985", "bell2002"),
    "ancova_cluster": ("bell2002", "pustejovsky2018"),
    "constrained_likelihood": ("liang2000",),
    "d_ppc2": ("morris2008",),
    "wild_bootstrap": ("cameron2008",),
    "randomisation": ("fisher1935", "gail1996"),
    "instrument": ("angrist1996", "anderson1949"),
    "apim": ("kenny2006",),
    "then_test": ("howard1979", "schwartz1999"),
    "people": ("efron1981", "bell2002"),
    "people_both": ("efron1981", "bell2002"),
    "reml_hk": ("viechtbauer2005", "hartung2001", "rover2015"),
}
