"""The patients of the deck, one function per measure, with their expected results for the year 2026."""

from __future__ import annotations

from resource_deck import LOINC, Patient, concept

NEGATIVE, POSITIVE = "428171000124102", "428181000124104"
ADULT, ADOLESCENT = "73832-8", "73831-0"
SCREEN = "Encounter to Screen for Depression"


def cms2() -> list[Patient]:
    """Depression screening and follow-up plan."""

    def seen(name: str, status: str | None, born: str = "1980-05-05") -> Patient:
        expected = {"cms2": status} if status else {}
        return Patient(name, born, expected).visit(
            SCREEN, ("2026-03-10T10:00:00-05:00", "2026-03-10T11:00:00-05:00")
        )

    reason = [{"url": "http://hl7.org/fhir/us/qicore/StructureDefinition/qicore-notDoneReason",
               "valueCodeableConcept": concept("Medical Reason")}]  # fmt: skip
    positive = lambda p, when="2026-03-10": p.screening(ADULT, when, POSITIVE)  # noqa: E731
    return [
        seen("s-none", "not_met"),
        seen("s-neg-day0", "met").screening(ADULT, "2026-03-10", NEGATIVE),
        seen("s-neg-day14", "met").screening(ADULT, "2026-02-24", NEGATIVE),
        seen("s-neg-day15", "not_met").screening(ADULT, "2026-02-23", NEGATIVE),
        seen("s-neg-after", "not_met").screening(ADULT, "2026-03-11", NEGATIVE),
        # its own offset: the 24th as written, the 25th in UTC
        seen("s-neg-offset", "met").screening(ADULT, "2026-02-24T23:30:00-05:00", NEGATIVE),
        seen("s-neg-offset-15", "not_met").screening(ADULT, "2026-02-23T23:30:00-05:00", NEGATIVE),
        seen("s-month", "not_met").screening(ADULT, "2026-03", NEGATIVE),
        seen("s-preliminary", "not_met").screening(ADULT, "2026-03-10", NEGATIVE, "preliminary"),
        seen("s-wrong-tool", "not_met").screening(ADOLESCENT, "2026-03-10", NEGATIVE),
        # a newer one without value is skipped; a newer positive one counts
        seen("s-newer-empty", "met").screening(ADULT, "2026-03-09", NEGATIVE).screening(ADULT, "2026-03-10", None),
        seen("s-newer-pos", "not_met").screening(ADULT, "2026-03-09", NEGATIVE).screening(ADULT, "2026-03-10", POSITIVE),
        seen("s-period-end", "met").screening(ADULT, ("2026-01-01", "2026-02-24"), NEGATIVE),
        seen("s-period-open", "not_met").screening(ADULT, ("2026-03-01", None), NEGATIVE),
        seen("s-code-other", "not_met").screening(ADULT, "2026-03-10", "1"),
        # age on 1 January
        seen("s-age11", None, "2014-01-02"),
        seen("s-age12", "met", "2014-01-01").screening(ADOLESCENT, "2026-03-10", NEGATIVE),
        seen("s-age16-adult", "not_met", "2009-01-02").screening(ADULT, "2026-03-10", NEGATIVE),
        seen("s-age17-adult", "met", "2009-01-01").screening(ADULT, "2026-03-10", NEGATIVE),
        seen("s-age17-child", "met", "2008-01-02").screening(ADOLESCENT, "2026-03-10", NEGATIVE),
        seen("s-age18-child", "not_met", "2008-01-01").screening(ADOLESCENT, "2026-03-10", NEGATIVE),
        seen("s-birth-year", None, "2014"),
        seen("s-birth-old-year", "not_met", "2012"),
        # follow-up
        positive(seen("s-service", "met")).service("Follow Up for Adult Depression", "2026-03-10T10:30:00-05:00"),
        positive(seen("s-service-utc", "met")).service("Follow Up for Adult Depression", "2026-03-10T15:00:00Z"),
        positive(seen("s-service-late", "not_met")).service("Follow Up for Adult Depression", "2026-03-10T11:30:00-05:00"),
        positive(seen("s-service-date", "not_met")).service("Follow Up for Adult Depression", "2026-03-10"),
        positive(seen("s-service-planned", "not_met")).service("Follow Up for Adult Depression", "2026-03-10T10:30:00-05:00", "preparation"),
        positive(seen("s-referral-0", "met")).request("Referral for Adult Depression", "2026-03-10", intent="plan"),
        positive(seen("s-referral-2", "met")).request("Referral for Adult Depression", "2026-03-12", "completed"),
        positive(seen("s-referral-3", "not_met")).request("Referral for Adult Depression", "2026-03-13"),
        positive(seen("s-referral-before", "not_met")).request("Referral for Adult Depression", "2026-03-09"),
        positive(seen("s-referral-no", "not_met")).request("Referral for Adult Depression", "2026-03-10", doNotPerform=True),
        positive(seen("s-drug", "met")).order("Adult Depression Medications", "2026-03-10", 2),
        positive(seen("s-drug-one-day", "not_met")).order("Adult Depression Medications", "2026-03-10", 1),
        positive(seen("s-drug-no-period", "met")).order("Adult Depression Medications", "2026-03-12"),
        positive(seen("s-drug-late", "not_met")).order("Adult Depression Medications", "2026-03-11", 30),
        positive(seen("s-drug-plan", "not_met")).order("Adult Depression Medications", "2026-03-10", 30, intent="plan"),
        # exclusion and exception
        seen("s-bipolar", "excluded").condition("Bipolar Disorder", "2026-03-09").screening(ADULT, "2026-03-10", NEGATIVE),
        seen("s-bipolar-day0", "met").condition("Bipolar Disorder", "2026-03-10").screening(ADULT, "2026-03-10", NEGATIVE),
        seen("s-bipolar-refuted", "excluded").condition("Bipolar Disorder", "2025", verified="refuted"),
        seen("s-bipolar-resolved", "not_met").condition("Bipolar Disorder", "2025-01-01", "resolved"),
        seen("s-bipolar-abated", "excluded").condition("Bipolar Disorder", None, "resolved", abated="2026-06-01"),
        seen("s-declined", "excluded").screening(ADULT, None, None, "cancelled", issued="2026-03-10T10:10:00-05:00", extension=reason),
        seen("s-declined-day", "not_met").screening(ADULT, None, None, "cancelled", issued="2026-03-11T10:10:00-05:00", extension=reason),
        seen("s-declined-other", "not_met").screening(ADULT, None, None, "cancelled", issued="2026-03-10T10:10:00-05:00"),
        seen("s-declined-met", "met").screening(ADULT, "2026-03-10", NEGATIVE).screening(ADULT, None, None, "cancelled", issued="2026-03-10T10:10:00-05:00", extension=reason),
        # visits
        Patient("s-visit-planned", "1980-05-05", {}).visit(SCREEN, "2026-03-10", "planned"),
        Patient("s-visit-no-end", "1980-05-05", {}).visit(SCREEN, ("2026-03-10", None)),
        Patient("s-visit-dec31", "1980-05-05", {"cms2": "not_met"}).visit(SCREEN, ("2026-12-31T23:00:00-05:00", "2026-12-31T23:30:00-05:00")),
        Patient("s-visit-over", "1980-05-05", {}).visit(SCREEN, ("2026-12-31", "2027-01-01")),
        Patient("s-visit-other", "1980-05-05", {}).add("Encounter", status="finished", type=[concept("99", LOINC)], period={"start": "2026-03-10", "end": "2026-03-10"}),
    ]  # fmt: skip


def cms159() -> list[Patient]:
    """Depression remission at twelve months."""

    def seen(name: str, status: str | None, born: str = "1980-05-05", when: object = "2025-03-10", **more: object) -> Patient:
        expected = {"cms159": status} if status else {}
        onset = more.pop("onset", "2024-01-01")
        patient = Patient(name, born, expected)
        return patient.condition("Dysthymia", onset, **more).visit("Contact or Office Visit", when)

    def index(patient: Patient, score: int = 12, when: object = "2025-03-10") -> Patient:
        return patient.assessment(when, score)

    return [
        index(seen("r-none", "not_met")),
        index(seen("r-met", "met")).assessment("2026-03-10", 4),
        index(seen("r-five", "not_met")).assessment("2026-03-10", 5),
        index(seen("r-first-day", "met")).assessment("2026-01-09", 4),
        index(seen("r-early", "not_met")).assessment("2026-01-08", 4),
        index(seen("r-last-day", "met")).assessment("2026-05-09", 4),
        index(seen("r-late", "not_met")).assessment("2026-05-10", 4),
        index(seen("r-last-counts", "not_met")).assessment("2026-03-01", 3).assessment("2026-03-10", 9),
        index(seen("r-empty-last", "not_met")).assessment("2026-03-01", 3).assessment("2026-03-10", None),
        index(seen("r-error-last", "met")).assessment("2026-03-01", 3).assessment("2026-03-10", 9, "entered-in-error"),
        index(seen("r-nine", None), 9),
        index(seen("r-three-hundred", "not_met"), 300),
        index(seen("r-day7", "not_met"), when="2025-03-03"),
        index(seen("r-day8", None), when="2025-03-02"),
        index(seen("r-after", None), when="2025-03-11"),
        Patient("r-quantity", "1980-05-05", {}).condition("Dysthymia", "2024-01-01").visit("Contact or Office Visit", "2025-03-10").assessment("2025-03-10", None, valueQuantity={"value": 15}),
        # the identification period
        index(seen("r-nov1", "not_met", when="2024-11-01"), when="2024-11-01"),
        index(seen("r-oct31", None, when="2024-10-31"), when="2024-10-31"),
        index(seen("r-oct31-25", "not_met", when="2025-10-31"), when="2025-10-31"),
        index(seen("r-nov1-25", None, when="2025-11-01"), when="2025-11-01"),
        index(seen("r-no-start", "not_met", when=(None, "2025-03-10"))),
        # the diagnosis
        index(seen("r-onset-same-day", "not_met", onset="2025-03-10")),
        index(seen("r-onset-after", None, onset="2025-03-11")),
        index(seen("r-onset-instant", None, onset="2025-03-10T09:00:00Z")),
        index(Patient("r-resolved", "1980-05-05", {}).condition("Dysthymia", "2024-01-01", "resolved").visit("Contact or Office Visit", "2025-03-10")),
        index(Patient("r-refuted", "1980-05-05", {}).condition("Dysthymia", "2024-01-01", verified="refuted").visit("Contact or Office Visit", "2025-03-10")),
        index(Patient("r-abated", "1980-05-05", {}).condition("Dysthymia", "2024-01-01", abated="2025-03-09").visit("Contact or Office Visit", "2025-03-10")),
        # age: on the twelfth birthday unknown
        index(seen("r-birthday", None, "2013-03-10")),
        index(seen("r-day-after", "not_met", "2013-03-09")),
        # exclusions
        index(seen("r-hospice", "excluded")).visit("Hospice Encounter", ("2026-05-09", "2026-06-01"), "in-progress"),
        index(seen("r-hospice-late", "not_met")).visit("Hospice Encounter", ("2026-05-10", "2026-06-01")),
        index(seen("r-hospice-early", "excluded")).visit("Hospice Encounter", ("2024-10-01", "2024-11-01")),
        index(seen("r-hospice-before", "not_met")).visit("Hospice Encounter", ("2024-10-01", "2024-10-31")),
        index(seen("r-hospice-void", "not_met")).visit("Hospice Encounter", "2025-06-01", "cancelled"),
        index(seen("r-palliative", "excluded")).screening("71007-9", ("2025-06-01", None), None),
        index(seen("r-palliative-unfinished", "not_met")).visit("Palliative Care Encounter", "2025-06-01", "in-progress"),
        index(seen("r-palliative-service", "excluded")).service("Palliative Care Intervention", "2025-06-01", "in-progress"),
        index(seen("r-psychotic", "excluded")).condition("Schizophrenia or Psychotic Disorder", "2026-05-09"),
        index(seen("r-psychotic-late", "not_met")).condition("Schizophrenia or Psychotic Disorder", "2026-05-10"),
        index(seen("r-bipolar-unknown", "not_met")).condition("Bipolar Disorder", None),
    ]  # fmt: skip
