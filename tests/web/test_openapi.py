"""The description of the API."""

from typing import Any


def test_only_api_routes_are_described(browser: Any) -> None:
    """OpenAPI 3.1, as JSON."""
    answer = browser.get("/api/v1/openapi.json")
    described = answer.json()
    assert (answer.headers["content-type"], described["openapi"]) == ("application/json", "3.1.0")
    assert sorted(described["paths"]) == ["/api/v1/me", "/api/v1/staff", "/api/v1/things", "/api/v1/things/{name}"]


def test_failures_are_described_as_problems(browser: Any) -> None:
    """What a route may refuse is known before it does."""
    paths = browser.get("/api/v1/openapi.json").json()["paths"]
    responses = paths["/api/v1/things"]["post"]["responses"]
    assert sorted(responses) == ["201", "400", "401", "403", "413", "422", "429"]
    (media,) = responses["422"]["content"].items()
    assert media == (
        "application/problem+json",
        {
            "schema": {"$ref": "#/components/schemas/Problem"},
            "example": {
                "title": "Please check your input",
                "status": 422,
                "detail": "Something in the form needs another look.",
            },
        },
    )
    assert sorted(paths["/api/v1/things/{name}"]["get"]["responses"]) == ["200", "400", "404"]
    assert sorted(paths["/api/v1/things/{name}"]["delete"]["responses"]) == ["204", "400", "401", "403"]


def test_who_may_call_is_described(browser: Any) -> None:
    """A bearer token, where one is needed."""
    described = browser.get("/api/v1/openapi.json").json()
    assert described["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert described["paths"]["/api/v1/me"]["get"]["security"] == [{"bearer": []}]
    assert "security" not in described["paths"]["/api/v1/things/{name}"]["get"]


def test_the_reference_is_a_page_of_ours(browser: Any) -> None:
    """Vendored: nothing comes from elsewhere."""
    page = browser.get("/api/docs")
    assert page.status_code == 200
    assert "http" not in page.text.replace("https://www.w3.org", "")


def test_bodies_that_take_no_other_fields_say_so(browser: Any) -> None:
    """As the parser refuses them."""
    schemas = browser.get("/api/v1/openapi.json").json()["components"]["schemas"]
    assert schemas["NewThing"]["additionalProperties"] is False
    assert "additionalProperties" not in schemas["Thing"]


def test_options_name_every_method_of_a_path(browser: Any) -> None:
    """Also where several methods of several classes share it."""
    answer = browser.options("/api/v1/things/x")
    assert (answer.status_code, answer.headers["allow"]) == (204, "DELETE, GET, HEAD, OPTIONS")
    assert browser.options("/").headers["allow"] == "GET, HEAD, OPTIONS"


def test_head_is_answered_as_get_without_a_body(browser: Any) -> None:
    """By the API as by pages; the description, which would say everything twice, leaves it out."""
    head, get = browser.head("/api/v1/things/bowl"), browser.get("/api/v1/things/bowl")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(get.content))
    assert browser.head("/api/v1/me").status_code == 401
    described = browser.get("/api/v1/openapi.json").json()["paths"].values()
    assert not any("head" in path for path in described)
