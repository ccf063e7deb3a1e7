import pytest

from scanner.crawl.walls import wall


@pytest.mark.parametrize(
    ("title", "words", "kind"),
    [
        ("Just a moment...", "www.shop.example", "wall_robots"),
        ("", "Verify you are  human by completing", "wall_robots"),
        ("Access Denied", "Reference #18.2f", "wall_refusal"),
        ("shop.example", "Buy this domain. It may be yours", "wall_parked"),
        (
            "Et øyeblikk...",
            "www.shop.example må vurdere sikkerheten til tilkoblingen din",
            "wall_robots",
        ),
        (
            "shop.example",
            "Bekräfta att du är en människa genom att slutföra åtgärden",
            "wall_robots",
        ),
        ("Hetkinen…", "", "wall_robots"),
        ("Nur einen Moment…", "", "wall_robots"),
        ("shop.example", "Please enable JS and disable any ad blocker", "wall_robots"),
        (
            "",
            "Sorry, we just need to make sure you’re not a robot. Enter the characters",
            "wall_robots",
        ),
        ("Making sure you're not a bot!", "Loading...", "wall_robots"),
        ("Human Verification", "", "wall_robots"),
        ("Security check | Shop", "Continue", "wall_robots"),
        ("Request Rejected", "The requested URL was rejected.", "wall_refusal"),
        ("", "Your access to this site has been limited by the site owner", "wall_refusal"),
        ("nettbutikk.example", "Domenet er registrert og parkert hos verten", "wall_parked"),
        ("x", "Denna domän är parkerad", "wall_parked"),
        ("x", "Diese Domain steht zum Verkauf!", "wall_parked"),
        ("x", "Tämä verkkotunnus on myytävänä", "wall_parked"),
        ("Account Suspended", "Contact your hosting provider", "wall_parked"),
        ("Just a moment – yoga for the busy", "Book a class", None),
        ("Are you human? A podcast | Shop", "Listen to it", None),
        ("Security check of your home", "We look at locks", None),
        ("Captcha - what it is", "A captcha tells people from robots", None),
        ("Kontakt", "Skjemaet er beskyttet av reCAPTCHA. Jeg er ikke en robot", None),
        ("Blogg", "What to do when you have been blocked on a forum", None),
        ("Domener", "Buy this domain for 99 kr, or park a domain with us", None),
        ("Access denied – a film review | Shop", "A film " * 100, None),
        ("Index of /", "Index of / backup", "wall_parked"),
        ("Velkommen", "Denne butikken selger telt", None),
        ("Om captcha-er", "Captcha betyr …", None),
        ("Blogg", "verify you are human " + "ord " * 400, None),
    ],
)
def test_a_page_is_told_from_what_is_shown_in_its_place(title, words, kind):
    assert wall(title=title, words=words) == kind


@pytest.mark.parametrize(
    ("source", "words", "kind"),
    [
        ("https://geo.captcha-delivery.com/captcha/?cid=1", "", "wall_robots"),
        ("/_Incapsula_Resource?CWUDNSAI=9&incident_id=7", "", "wall_robots"),
        ("/_Incapsula_Resource?SWJIYLWA=7", "", None),
        ("/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1", "Wait", "wall_robots"),
        ("https://img.sedoparking.com/js/x.js", "Related links", "wall_parked"),
        ("/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1", "Telt " * 100, None),
        ("/cdn-cgi/challenge-platform/scripts/jsd/main.js", "Telt", None),
        ("https://www.google.com/recaptcha/api.js", "Kontakt", None),
        ("https://challenges.cloudflare.com/turnstile/v0/api.js", "Kontakt oss", None),
    ],
)
def test_a_page_with_few_words_is_told_by_what_it_loads(source, words, kind):
    assert wall(title="shop.example", words=words, sources=["/a.js", source]) == kind
