"""The measures' part of a run: which models belong to it."""

from benchmarks import measures


def _manifest(edges: dict[str, tuple[str, list[str]]]) -> dict:
    """A manifest from model -> (path, parents)."""
    names = {name: f"model.caseload.{name}" for name in edges}
    parents = {
        names[name]: [names[parent] for parent in found] for name, (_, found) in edges.items()
    }
    return {
        "nodes": {
            names[name]: {
                "resource_type": "model",
                "original_file_path": f"models/{path}/{name}.sql",
            }
            for name, (path, _) in edges.items()
        },
        "parent_map": parents,
        "child_map": {
            key: [child for child, found in parents.items() if key in found] for key in parents
        },
    }


def test_models_that_only_measures_read_and_their_exports_belong_to_the_measures():
    found = measures.nodes_of_measures(
        _manifest(
            {
                "raw_claim": ("staging", []),
                "shared_claim": ("core", ["raw_claim"]),
                "dated_claim": ("core", ["raw_claim"]),
                "condition": ("core", ["dated_claim"]),
                "measure_one": ("measures/claims", ["condition", "shared_claim"]),
                "list": ("care", ["shared_claim"]),
                "unread": ("core", ["raw_claim"]),
                "export_rate": ("exports", ["measure_one"]),
                "export_both": ("exports", ["measure_one", "list"]),
            }
        )
    )
    assert {key.removeprefix("model.caseload.") for key in found} == {
        "dated_claim", "condition", "measure_one", "export_rate",
    }  # fmt: skip
