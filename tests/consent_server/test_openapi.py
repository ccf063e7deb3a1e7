"""The description names what there is, and nothing else."""

import re

from consent_server.app import ROUTES


def test_every_route_is_described_once_with_a_sentence(client):
    described = client.get("/openapi.json").json()

    assert described["openapi"] == "3.1.0"
    assert set(described["paths"]) == {
        route.path for route in ROUTES if route.path != "/" and "/admin" not in route.path
    }
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert operation["summary"].endswith("."), path
            names = [p["name"] for p in operation["parameters"] if p["in"] == "path"]
            assert names == re.findall(r"{(\w+)}", path)
            assert ("security" in operation) == path.startswith("/api/")


def test_every_schema_that_is_named_is_there(client):
    answer = client.get("/openapi.json")
    named = set(re.findall(r"#/components/schemas/([^\"]+)", answer.text))

    assert named <= set(answer.json()["components"]["schemas"])
    assert {"Decision", "Slice", "ConsentRecord", "Receipt", "Error"} <= named
    assert "post" in answer.json()["paths"]["/w/{site}/consents"]


def test_a_decision_is_described_as_it_is_checked(client):
    schema = client.get("/openapi.json").json()["components"]["schemas"]["Decision"]

    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {
        *("id", "revision", "choices", "action", "language", "decided_at")
    }
