"""Codes used in the simulated records (ICD-10-CM, HCPCS, revenue, DRG, RxNorm), without copyrighted descriptors.

The comments are the project's own wording. Drug codes (NDC) are fictitious, under labeler 99999. Must not be here:
rates.
"""

from typing import Final

# fmt: off
# Diagnosis groups of clients; other modules use their index. Codes within a group are equally likely.
(SCHIZOPHRENIA, BIPOLAR, DEPRESSION_SEVERE, DEPRESSION, ANXIETY, TRAUMA, ADJUSTMENT, SUBSTANCE, ATTENTION, CONDUCT) = range(10)
GROUP_CODES: Final = (
    ("F20.9", "F25.0", "F25.1", "F29"), ("F31.9", "F31.81", "F31.31", "F31.13"), ("F32.2", "F33.2", "F33.3"),
    ("F32.1", "F33.1", "F32.9", "F34.1"), ("F41.1", "F41.9", "F40.10"), ("F43.10", "F43.12"), ("F43.23", "F43.21"),
    ("F10.20",), ("F90.2", "F90.0"), ("F91.3", "F91.1"),
)
DIAGNOSES: Final = tuple(code for codes in GROUP_CODES for code in codes)
GROUP_FIRST: Final = tuple(sum(len(codes) for codes in GROUP_CODES[:group]) for group in range(len(GROUP_CODES)))
GROUP_SIZE: Final = tuple(len(codes) for codes in GROUP_CODES)

# Shares of the groups among adults with and without a serious mental illness, teens, and younger children.
SMI_GROUPS: Final = (0.32, 0.34, 0.34, 0, 0, 0, 0, 0, 0, 0)
OTHER_GROUPS: Final = (0, 0, 0, 0.42, 0.22, 0.20, 0.10, 0.06, 0, 0)
TEEN_GROUPS: Final = (0, 0, 0, 0.34, 0.22, 0.16, 0.06, 0, 0.13, 0.09)
CHILD_GROUPS: Final = (0, 0, 0, 0, 0.22, 0.20, 0.10, 0, 0.34, 0.14)

# Use disorder by substance, and the codes that an emergency department assigns for it.
SUBSTANCES: Final = ("F10.20", "F11.20", "F15.20", "F12.20")
SUBSTANCE_SHARE: Final = (0.42, 0.28, 0.18, 0.12)
ALCOHOL, OPIOID, STIMULANT, CANNABIS = range(4)
SUBSTANCE_ED: Final = ("F10.129", "F11.23", "F15.129", "F12.129")
OVERDOSE: Final = ("T51.0X1A", "T40.1X1A", "T43.621A", "T40.711A")
SELF_HARM: Final = ("T39.1X2A", "T43.222A", "X78.9XXA", "T42.4X2A")

# Principal diagnoses of stays and visits for other reasons.
MEDICAL_STAY: Final = ("J18.9", "I50.9", "E11.65", "A41.9", "N39.0", "K85.90")
MEDICAL_ED: Final = ("R07.9", "S93.401A", "R10.9", "J06.9", "M54.50", "R51.9", "S01.81XA")
MEDICAL_OFFICE: Final = ("I10", "E11.9", "J45.909", "M54.50", "Z00.00", "E78.5", "Z23")

# Every diagnosis that a claim can carry, under a common index.
ALL: Final = tuple(
    dict.fromkeys(
        (*DIAGNOSES, *SUBSTANCES, *SUBSTANCE_ED, *OVERDOSE, *SELF_HARM, *MEDICAL_STAY, *MEDICAL_ED, *MEDICAL_OFFICE, "F17.210")
    )
)
INDEX: Final = {code: index for index, code in enumerate(ALL)}

# Services of the agency by service line: procedure, minutes, price, taxonomy.
SERVICE_LINES: Final = ("therapy", "psychiatry", "case_management", "group", "moud", "injection", "peer", "crisis", "intake")
THERAPY, PSYCHIATRY, CASE_MANAGEMENT, GROUP, MOUD, INJECTION, PEER, CRISIS, INTAKE = range(9)
SERVICE_PROCEDURE: Final = ("90837", "99214", "T1017", "90853", "H0033", "J2315", "H0038", "H2011", "90791")
SERVICE_MINUTES: Final = (60, 30, 30, 90, 15, 15, 45, 60, 60)
SERVICE_PRICE: Final = (128, 142, 74, 46, 58, 310, 62, 190, 175)
SERVICE_TAXONOMY: Final = (
    "1041C0700X", "2084P0800X", "251B00000X", "101YM0800X", "2084A0401X", "363LP0808X", "175T00000X", "1041C0700X", "1041C0700X",
)
MODALITIES: Final = ("in_person", "video", "phone", "home", "community")
MODALITY_SHARE: Final = (0.62, 0.22, 0.07, 0.05, 0.04)
MODALITY_PLACE: Final = ("53", "10", "10", "12", "99")
MODALITY_MODIFIER: Final = (None, "95", "93", None, None)

# Medications: RxNorm ingredient, class (reference/feeds/ehr.md#medication), fictitious NDC.
DRUGS: Final = (
    ("35636", "antipsychotic", "99999010130"), ("89013", "antipsychotic", "99999010230"),
    ("36437", "antidepressant", "99999020130"), ("42347", "antidepressant", "99999020230"),
    ("6448", "mood_stabilizer", "99999030130"), ("28439", "mood_stabilizer", "99999030230"),
    ("1819", "moud", "99999040130"), ("6901", "stimulant", "99999050130"),
    ("679314", "antipsychotic", "99999060101"), ("6809", "other", "99999070130"), ("29046", "other", "99999080130"),
)
(RISPERIDONE, ARIPIPRAZOLE, SERTRALINE, BUPROPION, LITHIUM, LAMOTRIGINE, BUPRENORPHINE, METHYLPHENIDATE, PALIPERIDONE_LAI,
 METFORMIN, LISINOPRIL) = range(11)
# fmt: on
