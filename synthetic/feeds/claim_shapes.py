"""Claim templates: codes and fictitious prices by type of claim. Must not be here: code descriptors."""

# By type of claim: revenue codes (institutional) or procedures (professional) and prices, line by line.
# "*" is the procedure of the visit. The emergency-room line comes last: only stays that began there have it.
SHAPES = (
    (
        "psychiatric stay",
        ("0124", "0250", "0300", "0915", "0914", "0450"),
        (),
        (1150, 60, 85, 140, 160, 620),
    ),
    (
        "medical stay",
        ("0120", "0250", "0300", "0270", "0320", "0450"),
        (),
        (1900, 160, 210, 240, 310, 700),
    ),
    ("withdrawal stay", ("0126", "0250", "0300", "0944"), (), (780, 50, 80, 120)),
    ("observation", ("0762", "0300", "0450"), ("G0378", None, None), (1100, 190, 640)),
    ("nursing stay", ("0190", "0420", "0250"), (), (310, 120, 60)),
    ("emergency room", ("0450", "0300", "0250"), ("99284", None, None), (640, 150, 60)),
    (
        "hospital visits",
        (),
        ("99223", "99232", "99232", "99232", "99239"),
        (210, 110, 110, 110, 140),
    ),
    ("emergency physician", (), ("99284",), (260,)),
    ("crisis center", (), ("S9485", "H2011"), (420, 190)),
    ("agency service", (), ("*", "96127"), (1, 8)),
    ("other mental health", (), ("90834",), (110,)),
    ("office", (), ("99213", "36415", "83036"), (95, 6, 14)),
    ("laboratory", (), ("80053", "80061", "G0480"), (18, 22, 64)),
    ("ride", (), ("T2003",), (38,)),
)
(
    PSYCH_STAY,
    MEDICAL_STAY,
    DETOX_STAY,
    OBSERVATION,
    NURSING,
    ROOM,
    WARD_VISITS,
    ROOM_VISIT,
    CRISIS,
    SERVICE,
    OTHER_MENTAL,
    OFFICE,
    LAB,
    RIDE,
) = range(14)
WIDEST = max(len(price) for _, _, _, price in SHAPES)
BILL_TYPE = ("111", "111", "111", "131", "211", "131", *([None] * 8))
PLACES = ("21", "51", "55", "23", "15", "11", "81", "41", "53", "22", "10", "12", "99", "31")
PLACE = {code: index for index, code in enumerate(PLACES)}
ORIGINAL, REPLACEMENT, VOID = range(3)
PAID, DENIED = range(2)
