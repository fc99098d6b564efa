"""What `./opensky traffic` refuses, and how it says so."""

from pathlib import Path

import pytest

from opensky.cli import traffic
from opensky.kernel.errors import Misconfigured


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"profile": "christmas"}, "There is no profile 'christmas'; there are evening, quiet, launch, day."),
        ({"rate": 0}, "--rate is how many visitors come in a minute: more than 0"),
        ({"seconds": 0}, "--seconds and --every are more than 0."),
        ({"every": float("nan")}, "--seconds and --every are more than 0."),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        traffic.run(**given)  # type: ignore[arg-type]
    assert said in refused.value.message


def test_where_no_shop_answers_one_learns_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"No shop answers at http://127.0.0.1:1 \(refused\); start it with"):
        traffic.run(data=tmp_path, port=1)


def test_a_shop_that_others_can_reach_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENSKY_PUBLIC_URL", "https://shop.example")
    with pytest.raises(Misconfigured, match="only come to a demo shop"):
        traffic.shop_to_try(tmp_path, None)


@pytest.mark.parametrize(
    ("setting", "url"),
    [("mail_url", "smtp://mail.example:25"), ("payment_url", "braintree://a:b@production/merchant")],
)
def test_no_letter_and_no_payment_goes_out_into_the_world(
    setting: str, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"OPENSKY_{setting.upper()}", url)
    with pytest.raises(Misconfigured, match=f"which the setting '{setting}' names"):
        traffic.shop_to_try(tmp_path, None)


def test_faults_are_listed_and_an_unknown_one_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    traffic.fault()
    assert "slow-database" in capsys.readouterr().out
    with pytest.raises(Misconfigured, match="There is no fault 'earthquake'; there are slow-database, dead-bus"):
        traffic.fault("earthquake")
