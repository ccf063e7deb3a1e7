"""As whom a scan comes, and how it logs in, as sites.yaml has it."""

import pytest

from scanner.errors import SitesInvalid, VariableMissing
from scanner.model import Credentials, GivenCookie, Location, LoginStep, Visitor
from scanner.sites import parse
from scanner.sites.variables import disclosed

GOOD = """
sites:
  shop:
    url: https://shop.example/
    settle: real
    visitor:
      device: phone
      locale: nb-NO
      time_zone: Europe/Oslo
      location: {latitude: 59.91, longitude: 10}
      headers: {X-Stage: "blue-${STAGE}"}
      cookies:
        - {name: stage, value: "${STAGE}"}
        - {name: ab, value: b, domain: .shop.example, path: /x}
      credentials: {user: scan, password: "${PASSWORD}"}
    login:
      - open: /logg-inn
      - fill: {"#user": kari, "#password": "${PASSWORD}"}
      - press: button[type=submit]
      - wait: /min-side
"""


def test_all_of_it_is_read():
    (site,) = parse(GOOD.encode())

    assert site.settle == "real"
    assert site.visitor == Visitor(
        device="phone",
        locale="nb-NO",
        time_zone="Europe/Oslo",
        location=Location(latitude=59.91, longitude=10.0),
        headers={"X-Stage": "blue-${STAGE}"},
        cookies=(
            GivenCookie(name="stage", value="${STAGE}"),
            GivenCookie(name="ab", value="b", domain=".shop.example", path="/x"),
        ),
        credentials=Credentials(user="scan", password="${PASSWORD}"),
    )
    assert site.login == (
        LoginStep(action="open", target="/logg-inn"),
        LoginStep(action="fill", target="#user", text="kari"),
        LoginStep(action="fill", target="#password", text="${PASSWORD}"),
        LoginStep(action="press", target="button[type=submit]"),
        LoginStep(action="wait", target="/min-side"),
    )


def test_variables_are_filled_in_only_when_the_scan_begins():
    (site,) = parse(GOOD.encode())

    told = disclosed(site, {"STAGE": "7", "PASSWORD": "hemmelig"})

    assert told.visitor.headers == {"X-Stage": "blue-7"}
    assert told.visitor.cookies[0].value == "7"
    assert told.visitor.credentials == Credentials(user="scan", password="hemmelig")
    assert told.login[2].text == "hemmelig"


def test_a_variable_that_is_not_set_is_named():
    (site,) = parse(GOOD.encode())

    with pytest.raises(VariableMissing, match="'shop' needs the environment variable PASSWORD"):
        disclosed(site, {"STAGE": "7"})


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("visitor: {device: fridge}", "device cannot be 'fridge'"),
        ("visitor: {colour: red}", "unknown key 'colour' in visitor"),
        ("visitor: {locale: Norwegian}", "is no locale: write it as nb-NO"),
        ("visitor: {time_zone: Oslo}", "there is no time zone 'Oslo'"),
        ("visitor: {time_zone: ../etc/passwd}", "there is no time zone"),
        ("visitor: {location: {latitude: 91, longitude: 1}}", "from -90 to 90"),
        ("visitor: {location: {latitude: 1}}", "needs latitude and longitude"),
        ("visitor: {location: {latitude: north, longitude: 1}}", "latitude must be a number"),
        ("visitor: {headers: {Cookie: a=b}}", "'Cookie' cannot be set here: use 'cookies'"),
        ("visitor: {headers: {'X Y': a}}", "'X Y' cannot name a header"),
        ('visitor: {headers: {X: "a${b c}"}}', "names no environment variable"),
        ('visitor: {headers: {X: "a${B"}}', "a ${ has no }"),
        ("visitor: {cookies: [{name: a}]}", "a cookie: 'value' is missing"),
        ("visitor: {cookies: [{name: a, value: 'b;c'}]}", "a character that no cookie may have"),
        ("visitor: {cookies: [{name: a, value: b, path: x}]}", "begins with /"),
        ("visitor: {credentials: {user: a}}", "credentials: 'password' is missing"),
        ("login: [{open: /a, press: b}]", "a step does one thing"),
        ("login: [{click: b}]", "unknown key 'click' in a step of login"),
        ("login: [{press: b}]", "a login begins with 'open: /…'"),
        ("login: [{open: login}]", "a path that begins with /"),
        ('login: [{open: /a}, {fill: {"#p": "${1}"}}]', "names no environment variable"),
        ("settle: slow", "settle cannot be 'slow'"),
    ],
)
def test_a_mistake_is_told_with_its_line(wrong, told):
    text = f"sites:\n  shop:\n    url: https://shop.example/\n    {wrong}\n"

    with pytest.raises(SitesInvalid) as caught:
        parse(text.encode())

    assert any(line.startswith("sites.yaml:4: ") and told in line for line in caught.value.mistakes)
