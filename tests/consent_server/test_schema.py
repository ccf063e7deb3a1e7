"""What the server says of itself in /openapi.json is true, and nothing it allows is a fault."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from consent_server.app import described
from tests.consent_server.conftest import ORIGIN, TOKEN, serving

#: Those of machines; people's pages answer in HTML, and have their own tests.
schema = schemathesis.openapi.from_dict(described()).include(path_regex=r"^/(api|w|healthz|readyz)")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("schema")
    sites_file = folder / "sites.yaml"
    sites_file.write_text("sites: {shop: {url: 'https://www.shop.example/'}}")
    with serving(folder / "kapsel.db", sites_file, "--api-token", TOKEN) as running:
        yield running


@schema.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_that_fits_the_description_is_a_fault(case, server):
    if "site" in case.path_parameters:
        case.path_parameters["site"] = "shop"
    headers = {"Authorization": f"Bearer {TOKEN}", "Origin": ORIGIN}

    answer = case.call(base_url=server.url, headers=headers)

    case.validate_response(answer, checks=[not_a_server_error, response_schema_conformance])
