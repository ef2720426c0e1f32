"""Fictitious names, streets and towns, and demographic categories. No name is a real person's; phone numbers are 555-01xx."""

from typing import Final

# fmt: off
FIRST: Final = (
    "Ada", "Alma", "Amir", "Anouk", "Ari", "Bela", "Beth", "Bruno", "Cara", "Cleo", "Dara", "Dario", "Della", "Edda",
    "Eli", "Elsa", "Emre", "Enzo", "Fay", "Finn", "Gala", "Gus", "Hana", "Hugo", "Ida", "Ines", "Ivo", "Jana", "Joan",
    "Jules", "Kaya", "Kira", "Lena", "Leo", "Luz", "Mara", "Milo", "Mina", "Nadia", "Nils", "Noor", "Odile", "Olga",
    "Otis", "Pablo", "Petra", "Quinn", "Rafa", "Remy", "Rosa", "Sami", "Sela", "Tara", "Teo", "Uma", "Vera", "Wim",
    "Xenia", "Yara", "Zeno", "José", "Zoë", "Anne-Marie", "Mary Jo",
)
LAST: Final = (
    "Abelforth", "Amberlin", "Ashgrove", "Barrowby", "Bellwether", "Birchall", "Brightwater", "Calloway-Finch", "Cinder",
    "Coppersmith", "Crane", "Dapplewood", "Dellacroix", "Drumlin", "Eastmere", "Elderfield", "Everhart-Low", "Fallowell",
    "Farthing", "Fenwickle", "Gladwater", "Goosefoot", "Greengage", "Halloran-Vale", "Hawksbeard", "Heatherby",
    "Hollowell", "Inkpen", "Ironbark", "Juniper", "Kettlewick", "Kingfisher", "Larkmoor", "Lindenholt", "Loamshire",
    "Marrowby", "Meadowcroft", "Millrace", "Mossgrove", "Nettlefield", "Nightingale-Poe", "O'Dunmore", "Oakhanger",
    "Osterly", "Pebblecreek", "Penhallow", "Quillfeather", "Ravensway", "Reedmace", "Rookwood", "Saltmarsh",
    "Santángel", "Sedgewick-Orr", "Silverlock", "Tanglewood", "Thistlebury", "Underhill-Ames", "Vetchling", "Wainscott",
    "Whinberry", "Willowmere", "Windlestraw", "Yarrow", "Zephyrine", "Núñez-Alder", "St. Ember", "de la Fuente-Moss",
)
FORMULA_FIRST: Final = (
    '=HYPERLINK("http://example.invalid/","Ana")', "+Ana", "-Leo", "@Mina", "=1+1", "\t=Noor", "＝Ivo",
)
# Full names of the short forms in FIRST.
FULL_NAME: Final = {
    "Ari": "Ariel", "Beth": "Elizabeth", "Eli": "Elijah", "Gus": "Gustavo", "Hana": "Hannah", "Lena": "Helena",
    "Leo": "Leonardo", "Milo": "Miles", "Mina": "Wilhelmina", "Rafa": "Rafael", "Sami": "Samuel", "Teo": "Mateo",
    "Wim": "Willem",
}
STREET: Final = ("Sample Street", "Placeholder Avenue", "Specimen Road", "Model Lane", "Example Court", "Fixture Way")
TOWN: Final = ("Exampleton", "Sampleville", "North Fixture", "Port Specimen", "Mockingham")
LANGUAGE: Final = (("English", 0.83), ("Spanish", 0.11), ("Haitian Creole", 0.02), ("Vietnamese", 0.02), ("Arabic", 0.02))
RACE: Final = (
    ("White", 0.50), ("Black or African American", 0.25), ("Asian", 0.05), ("American Indian or Alaska Native", 0.02),
    ("Native Hawaiian or Other Pacific Islander", 0.01), ("Two or more", 0.07), ("Other", 0.10),
)
RESPONSE_AREAS: Final = ("202", "303", "404", "505", "606", "707", "808", "909")
# fmt: on
