"""The patients of the deck, one function per measure, with their expected results for the year 2026.

Longer than the size budget: one table of cases, which one test builds and compares as a whole.
"""

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

    def positive(patient: Patient, when: str = "2026-03-10") -> Patient:
        return patient.screening(ADULT, when, POSITIVE)

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

    def seen(
        name: str,
        status: str | None,
        born: str = "1980-05-05",
        when: object = "2025-03-10",
        **more: object,
    ) -> Patient:
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


def cms50() -> list[Patient]:
    """Closing the referral loop."""

    def referred(
        name: str, expected: str | None, authored: str = "2026-03-10", **more: object
    ) -> Patient:
        patient = Patient(name, "1980-05-05", {"cms50": expected} if expected else {})
        return patient.visit("Office Visit", "2026-02-01").request("Referral", authored, **more)

    def report(
        patient: Patient,
        end: str | None,
        by: str = "focus",
        status: str = "completed",
        of: str | None = None,
    ) -> Patient:
        reference = {"reference": f"ServiceRequest/{of or patient.last()}"}
        link = {"focus": reference} if by == "focus" else {"basedOn": [reference]}
        task = concept("fulfill", "http://hl7.org/fhir/CodeSystem/task-code")
        return patient.add(
            "Task",
            status=status,
            intent="order",
            code=task,
            reasonCode=concept("Consultant Report"),
            executionPeriod={"start": "2026-01-01"} | ({"end": end} if end else {}),
            **link,
        )

    return [
        referred("l-none", "not_met"),
        report(referred("l-met", "met"), "2026-03-11"),
        report(referred("l-based-on", "met"), "2026-12-31", "basedOn"),
        report(referred("l-same-day", "not_met"), "2026-03-10"),
        report(referred("l-same-day-instant", "not_met"), "2026-03-10T23:00:00Z"),
        report(referred("l-instants", "met", "2026-03-10T10:00:00Z"), "2026-03-10T10:00:01Z"),
        report(referred("l-instants-offset", "not_met", "2026-03-10T10:00:00Z"), "2026-03-10T12:00:00+03:00"),
        report(referred("l-next-year", "not_met"), "2027-01-01"),
        report(referred("l-no-end", "not_met"), None),
        report(referred("l-unfinished", "not_met"), "2026-03-11", status="in-progress"),
        report(referred("l-other", "not_met"), "2026-03-11", of="elsewhere"),
        referred("l-oct31", "not_met", "2026-10-31T23:59:00-05:00"),
        referred("l-nov1", None, "2026-11-01"),
        referred("l-jan1", "not_met", "2026-01-01"),
        referred("l-last-year", None, "2025-12-31"),
        referred("l-plan", None, intent="original-order"),
        referred("l-draft", None, status="draft"),
        report(referred("l-second", "not_met").request("Referral", "2026-04-01"), "2026-05-01"),
        report(Patient("l-no-visit", "1980-05-05", {}).request("Referral", "2026-03-10"), "2026-03-11"),
        Patient("l-service", "1980-05-05", {"cms50": "not_met"}).service("96156", "2026-01-01", system="http://www.ama-assn.org/go/cpt").request("Referral", "2026-03-10"),
    ]  # fmt: skip


def cms177() -> list[Patient]:
    """Suicide risk assessment."""
    morning = ("2026-03-10T10:00:00-05:00", "2026-03-10T11:00:00-05:00")

    def seen(
        name: str,
        status: str | None,
        born: str = "2012-05-05",
        when: object = morning,
        **more: object,
    ) -> Patient:
        patient = Patient(name, born, {"cms177": status} if status else {}).condition(
            "Major Depressive Disorder Active", "2026-01-01", **more
        )
        return patient.visit(
            "Office Visit", when, reasonReference=[{"reference": f"Condition/{patient.last()}"}]
        )

    code = {"system": "http://snomed.info/sct"}
    return [
        seen("k-none", "not_met"),
        seen("k-met", "met").service("225337009", ("2026-03-10T15:00:00Z", "2026-03-10T16:00:00Z"), **code),
        seen("k-late", "not_met").service("225337009", ("2026-03-10T15:00:00Z", "2026-03-10T16:00:01Z"), **code),
        seen("k-date", "not_met").service("225337009", "2026-03-10", **code),
        seen("k-dates", "met", when="2026-03-10").service("225337009", "2026-03-10", **code),
        seen("k-between", "met", when=("2026-03-09T10:00:00Z", "2026-03-11T10:00:00Z")).service("225337009", "2026-03-10", **code),
        seen("k-open", "not_met").service("225337009", (morning[0], None), **code),
        seen("k-unfinished", "not_met").service("225337009", morning[0], "in-progress", **code),
        seen("k-observed", "met").add("Observation", status="amended", code=concept("225337009", code["system"]), effectiveDateTime=morning[0]),
        seen("k-age5", None, "2020-01-02"),
        seen("k-age6", "not_met", "2020-01-01"),
        seen("k-age16", "not_met", "2009-01-02"),
        seen("k-age17", None, "2009-01-01"),
        seen("k-refuted", "not_met", verified="refuted"),
        Patient("k-code", "2012-05-05", {"cms177": "not_met"}).visit("Psychoanalysis", morning, reasonCode=[concept("Major Depressive Disorder Active")]),
        Patient("k-no-reason", "2012-05-05", {}).visit("Psychoanalysis", morning),
        seen("k-two", "met met").visit("Office Visit", morning, reasonCode=[concept("Major Depressive Disorder Active")]).service("225337009", morning, **code),
    ]  # fmt: skip


def cms137() -> list[Patient]:
    """Initiation and engagement."""
    visit = ("2026-03-10T15:00:00Z", "2026-03-10T16:00:00Z")
    treat = "Substance Use Disorder Treatment"

    def episode(
        name: str,
        first: str | None,
        second: str | None = None,
        onset: object = "2026-03-10T15:30:00Z",
        born: str = "1980-05-05",
        when: object = visit,
        **more: object,
    ) -> Patient:
        expected = (
            {"cms137_initiation": first, "cms137_engagement": second or "not_met"} if first else {}
        )
        return (
            Patient(name, born, expected)
            .condition("Substance Use Disorder", onset, **more)
            .visit("Office Visit", when)
        )

    def remote(patient: Patient, when: object) -> Patient:
        return patient.visit(
            "Telephone Visits", when, reasonReference=[{"reference": f"Condition/{patient.name}-1"}]
        )

    return [
        episode("u-none", "not_met"),
        episode("u-date-onset", None, onset="2026-03-10"),
        episode("u-dates", "not_met", onset="2026-03-10", when="2026-03-10"),
        episode("u-refuted", None, verified="refuted"),
        episode("u-nov14", "not_met", onset="2026-11-14", when="2026-11-14"),
        episode("u-nov15", None, onset="2026-11-15", when="2026-11-15"),
        episode("u-jan1", None, onset="2026-01-01", when="2026-01-01"),
        episode("u-age12", None, born="2013-01-02"),
        episode("u-age13", "not_met", born="2013-01-01"),
        # history on the days 1 to 60 before
        episode("u-history-1", None).service(treat, "2026-03-09"),
        episode("u-history-60", None).service(treat, "2026-01-09"),
        episode("u-history-61", "not_met").service(treat, "2026-01-08"),
        episode("u-history-order", None).order("Substance Use Disorder Short Acting Medication", "2026-02-01"),
        episode("u-history-stopped", "not_met").order("Substance Use Disorder Short Acting Medication", "2026-02-01", status="stopped"),
        remote(episode("u-history-visit", None), ("2026-02-01", "2026-02-01")),
        episode("u-history-ed", "not_met").visit("Emergency Department Evaluation and Management Visit", "2026-02-01", reasonReference=[{"reference": "Condition/u-history-ed-1"}]),
        # initiation on the days 0 to 13
        episode("u-day0", "met").service(treat, "2026-03-10"),
        episode("u-day13", "met").service(treat, "2026-03-23T23:00:00-05:00"),
        episode("u-day14", "not_met").service(treat, "2026-03-24"),
        episode("u-order", "met").order("Substance Use Disorder Long Acting Medication", "2026-03-12"),
        remote(episode("u-remote", "met"), "2026-03-12"),
        episode("u-remote-bare", "not_met").visit("Telephone Visits", "2026-03-12"),
        # engagement on the days 1 to 34 after the initiation
        episode("u-two", "met", "met").service(treat, "2026-03-10").service(treat, "2026-03-11").service(treat, "2026-04-13"),
        episode("u-two-late", "met").service(treat, "2026-03-10").service(treat, "2026-03-11").service(treat, "2026-04-14"),
        episode("u-two-one-day", "met", "met").service(treat, "2026-03-10").service(treat, "2026-03-11").service(treat, "2026-03-11"),
        episode("u-two-same-day", "met").service(treat, "2026-03-10").service(treat, "2026-03-10").service(treat, "2026-03-11"),
        episode("u-long", "met", "met").service(treat, "2026-03-10").service("Substance Use Disorder Long Acting Medication Administration", "2026-03-11"),
        episode("u-short", "met").service(treat, "2026-03-10").order("Substance Use Disorder Short Acting Medication", "2026-03-11"),
        episode("u-hospice", "excluded", "excluded").request("Hospice Care Ambulatory", "2026-12-31"),
        episode("u-hospice-plan", "not_met").request("Hospice Care Ambulatory", "2026-12-31", intent="plan"),
    ]  # fmt: skip


def cms128() -> list[Patient]:
    """Antidepressant medication management."""
    drug = "Antidepressant Medication"

    def started(
        name: str,
        first: str | None,
        second: str | None = None,
        days: float = 30,
        when: str = "2025-08-01",
        born: str = "1980-05-05",
        onset: str = "2025-08-01",
        seen: str = "2025-08-01",
    ) -> Patient:
        expected = (
            {"cms128_acute": first, "cms128_continuation": second or "not_met"} if first else {}
        )
        patient = Patient(name, born, expected).dispense(drug, when, days)
        return patient.condition("Major Depression", onset).visit(
            "Annual Wellness Visit", (seen, None)
        )

    return [
        started("a-none", "not_met"),
        started("a-83", "not_met", days=83.9),
        started("a-84", "met", days=84),
        started("a-overlap", "not_met", days=60).dispense(drug, "2025-08-11", 60),
        started("a-gap", "met", days=60).dispense(drug, "2025-10-31", 60),
        started("a-gap-late", "not_met", days=60).dispense(drug, "2025-11-01", 60),
        started("a-180", "met", "met", days=180),
        started("a-179", "met", days=179),
        started("a-earlier", "not_met", days=60).dispense(drug, "2025-04-01", 200, "cancelled"),
        started("a-intake", "not_met", when="2025-05-01", onset="2025-05-01", seen="2025-05-01"),
        started("a-too-early", None, when="2025-04-30", onset="2025-04-30", seen="2025-04-30"),
        started("a-intake-end", "not_met", when="2026-04-30", onset="2026-04-30", seen="2026-04-30"),
        started("a-too-late", None, when="2026-05-01", onset="2026-05-01", seen="2026-05-01"),
        started("a-age17", None, born="2007-08-02"),
        started("a-age18", "not_met", born="2007-08-01"),
        started("a-onset-60", "not_met", onset="2025-06-02"),
        started("a-onset-61", None, onset="2025-06-01"),
        started("a-onset-after-60", "not_met", onset="2025-09-30"),
        started("a-onset-after-61", None, onset="2025-10-01"),
        started("a-seen-61", None, seen="2025-06-01"),
        started("a-empty", "not_met", days=0),
        started("a-order-105", "excluded", "excluded").order(drug, "2025-04-01", 18),
        started("a-order-106", "not_met").order(drug, "2025-04-01", 17),
        started("a-order-day0", "not_met").order(drug, "2025-08-01", 30),
        started("a-order-day-1", "excluded", "excluded").order(drug, "2025-07-31", 1),
        started("a-order-done", "not_met").order(drug, "2025-07-01", 90, "completed"),
        started("a-order-open", "excluded", "excluded").order(drug, "2026-07-01"),
        started("a-hospice", "excluded", "excluded").condition("Hospice Diagnosis", "2026-12-31"),
        started("a-hospice-before", "not_met").condition("Hospice Diagnosis", "2025-01-01", abated="2025-12-31"),
        Patient("a-reference", "1980-05-05", {"cms128_acute": "met", "cms128_continuation": "not_met"}).add("MedicationDispense", status="on-hold", whenPrepared="2025-08-01", daysSupply={"value": 12, "unit": "weeks"}, medicationReference={"reference": "Medication/shared-drug"}).condition("Major Depression", "2025-08-01").visit("Office Visit", "2025-08-01"),
    ]  # fmt: skip


def cms136() -> list[Patient]:
    """Follow-up of children prescribed ADHD medication."""
    mental = "Mental Behavioral and Neurodevelopmental Disorders"
    start = "2025-06-01"

    def child(
        name: str,
        first: str | None,
        second: str | None = None,
        days: float = 30,
        when: str = start,
        born: str = "2016-05-05",
        seen: object = "2025-06-01",
        **more: object,
    ) -> Patient:
        expected = {}
        if first:
            expected["cms136_initiation"] = first
        if second:
            expected["cms136_continuation"] = second
        return (
            Patient(name, born, expected)
            .order("Atomoxetine", when, days, **more)
            .visit("Office Visit", seen)
        )

    def stay(patient: Patient, when: str, kind: str = "principal") -> Patient:
        patient.visit("Encounter Inpatient", (when, None))
        return patient.add(
            "Claim", status="active", use="claim",
            item=[{"sequence": 1, "diagnosisSequence": [7], "encounter": [{"reference": f"Encounter/{patient.last()}"}]}],
            diagnosis=[{"sequence": 7, "type": [concept(kind, "http://terminology.hl7.org/CodeSystem/ex-diagnosistype")],
                        "diagnosisCodeableConcept": concept(mental)}],
        )  # fmt: skip

    def follow(patient: Patient, *days: str, title: str = "Psych Visit Psychotherapy") -> Patient:
        for day in days:
            patient.visit(title, (day, None))
        return patient

    return [
        child("c-none", "not_met"),
        child("c-210", "not_met", "not_met", days=210),
        child("c-209", "not_met", days=209),
        child("c-roll-out", "not_met", "not_met", days=105).order("Atomoxetine", start, 105),
        child("c-two-drugs", "not_met", days=105).order("Clonidine", start, 105),
        child("c-meth", "not_met", "not_met", days=105).order("977860", "2025-09-14", 105, system="http://www.nlm.nih.gov/research/umls/rxnorm"),
        child("c-first-day", None, when="2025-03-01", seen="2025-03-01"),
        child("c-second-day", "not_met", when="2025-03-02", seen="2025-03-02"),
        child("c-last-day", None, when="2026-02-28", seen="2026-02-28"),
        child("c-day-before", "not_met", when="2026-02-27", seen="2026-02-27"),
        child("c-blocked-120", None).order("Clonidine", "2025-01-01", 31 + 1),
        child("c-blocked-121", "not_met").order("Clonidine", "2025-01-01", 31),
        child("c-not-active", "not_met").order("Clonidine", "2025-02-20", 90, "completed"),
        child("c-next", "not_met").order("Clonidine", "2025-02-20", 20).order("Guanfacine Medications", "2025-11-15", 10),
        child("c-age-old", None, born="2013-02-28"),
        child("c-age-12", "not_met", born="2013-03-01"),
        child("c-age-6", "not_met", born="2019-03-01"),
        child("c-age-young", None, born="2019-03-02"),
        child("c-seen-6-months", "not_met", seen=("2024-12-01", "2025-06-01")),
        child("c-seen-early", None, seen=("2024-11-30", "2025-06-01")),
        child("c-seen-late", None, seen=("2025-06-01", "2025-06-02")),
        stay(child("c-stay-1", None, days=210), "2025-06-02"),
        stay(child("c-stay-30", None), "2025-07-01"),
        stay(child("c-stay-31", "not_met", days=210), "2025-07-02"),
        stay(child("c-stay-0", "not_met"), "2025-06-01"),
        stay(child("c-stay-301", "not_met", "not_met", days=210), "2026-03-29"),
        stay(child("c-stay-admitting", "not_met"), "2025-06-02", "admitting"),
        child("c-narcolepsy", "excluded").condition("Narcolepsy", "2026-12-30"),
        child("c-narcolepsy-last", "not_met").condition("Narcolepsy", "2026-12-31"),
        child("c-narcolepsy-instant", "excluded").condition("Narcolepsy", "2026-12-31T10:00:00Z"),
        follow(child("c-day0", "not_met"), "2025-06-01"),
        follow(child("c-day1", "met"), "2025-06-02"),
        follow(child("c-day30", "met"), "2025-07-01"),
        follow(child("c-day31", "not_met"), "2025-07-02"),
        follow(child("c-virtual", "not_met"), "2025-06-02", title="Virtual Encounter"),
        follow(child("c-continued", "met", "met", days=210), "2025-06-02", "2025-07-02", "2026-03-28"),
        follow(child("c-continued-late", "met", "not_met", days=210), "2025-06-02", "2025-07-02", "2026-03-29"),
        follow(child("c-one-day", "met", "not_met", days=210), "2025-06-02", "2025-07-02", "2025-07-02"),
        follow(follow(child("c-with-virtual", "met", "met", days=210), "2025-06-02", "2025-08-02"), "2025-07-02", title="Virtual Encounter"),
        follow(follow(child("c-two-virtual", "met", "not_met", days=210), "2025-06-02"), "2025-07-02", "2025-08-02", title="Virtual Encounter"),
        follow(follow(child("c-virtual-same", "met", "not_met", days=210), "2025-06-02", "2025-07-02"), "2025-07-02", title="Virtual Encounter"),
        follow(child("c-no-start", "not_met", "not_met", days=210), "2025-07-02", "2025-08-02"),
        child("c-managed", "met").visit("Psychotherapy and Pharmacologic Management", ("2025-06-02", None), location=[{"location": {"reference": "Location/shared-clinic"}}]),
        child("c-managed-bare", "not_met").visit("Psychotherapy and Pharmacologic Management", ("2025-06-02", None)),
    ]  # fmt: skip


SHARED = [
    {
        "resourceType": "Medication",
        "id": "shared-drug",
        "code": concept("Antidepressant Medication"),
    },
    {"resourceType": "Location", "id": "shared-clinic", "type": [concept("Ambulatory")]},
]
EVERYONE = (cms2, cms159, cms50, cms177, cms137, cms128, cms136)
