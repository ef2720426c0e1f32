"""The tables that others read are a contract: enforced columns and types, access, and keys that resolve."""

from __future__ import annotations

from tests.dbt.conftest import Manifest

PUBLIC = {
    "dim_client",
    "fct_appointment",
    "fct_contact",
    "fct_ed_visit",
    "fct_referral",
    "fct_risk_reason",
    "fct_screening",
    "fct_stay",
    "fct_task",
    "mart_caseload",
    "mart_client_engagement",
    "mart_client_risk",
    "mart_client_utilization",
    "mart_outreach_list",
    "mart_outreach_task",
    "dim_measure",
    "fct_measure_event",
    "fct_measure_rate",
}
# Keys of another table, besides client_key: (column, table).
FOREIGN_KEYS = {
    "fct_stay": {"transferred_from_stay_key": "fct_stay", "transferred_to_stay_key": "fct_stay"},
    "mart_client_utilization": {
        "last_ed_visit_key": "fct_ed_visit",
        "last_acute_stay_key": "fct_stay",
    },
    # a task of the redacted view may rest on what the full view has already closed: fct_task has no such row
    "mart_outreach_list": {"task_key": "int_task__unioned"},
    "mart_outreach_task": {"task_key": "int_task__unioned"},
}


def _interface(manifest: Manifest) -> dict[str, dict]:
    """Tables of the schemas marts, measures and exports, without the steps between them."""
    return {
        node["name"]: node
        for node in manifest.models.values()
        if node["schema"] in ("marts", "measures", "exports")
        and not node["name"].startswith(
            "measure_"
        )  # their union, fct_measure_event, has the contract
    }


def test_every_table_of_the_interface_has_an_enforced_contract(manifest: Manifest) -> None:
    wrong = [
        name
        for name, node in _interface(manifest).items()
        if not node["config"]["contract"]["enforced"]
        or not all(column["data_type"] for column in node["columns"].values())
    ]
    assert wrong == []


def test_access_is_public_for_documented_tables_only(manifest: Manifest) -> None:
    public = {
        node["name"] for node in manifest.models.values() if node["config"]["access"] == "public"
    }
    assert public == PUBLIC


def test_every_table_of_the_interface_belongs_to_a_group(manifest: Manifest) -> None:
    assert [
        name for name, node in _interface(manifest).items() if not node["config"]["group"]
    ] == []


def test_every_foreign_key_is_tested(manifest: Manifest) -> None:
    tested = {
        (
            manifest.models[test["attached_node"]]["name"],
            test["test_metadata"]["kwargs"]["column_name"],
        ): test["test_metadata"]["kwargs"]["to"]
        for test in manifest.of("test").values()
        if (test.get("test_metadata") or {}).get("name") == "relationships"
        and test["attached_node"] in manifest.models
    }
    missing = []
    for name, node in _interface(manifest).items():
        expected = dict(FOREIGN_KEYS.get(name, {}))
        if "client_key" in node["columns"] and name != "dim_client" and node["schema"] != "exports":
            expected["client_key"] = "dim_client"
        missing += [
            f"{name}.{column}"
            for column, table in expected.items()
            if f"ref('{table}')" not in tested.get((name, column), "")
        ]
    assert missing == []
