import pytest

from scanner.answer.words import Meaning, meaning, refuses, reopens, says_all, subjects, traps

LABELS = {
    Meaning.ACCEPT: """Accept all|Godta alle|Tillat alle|Acceptera alla cookies|Godkänn|Tillad alle|OK til alle|
        Hyväksy kaikki|Samþykkja allar|Alle akzeptieren|Ich stimme zu|Alle akzeptieren & speichern|Tout accepter|
        J'accepte|Accetta tutti|Aceptar|Alles toestaan|Akceptuj|Aceitar tudo|Ja, jeg godtar|Eg godtek|Consent|
        Accept and don't show again|Akzeptieren und schließen|Agree and close""",
    Meaning.REJECT: """Reject all|Avvis alle|Avslå|Jeg godtar ikke|Ikkje godta|Neka|Avböj alla|Afvis|Nej tak|Hylkää|
        En hyväksy|Hafna öllum|Ablehnen|Ich stimme nicht zu|Weiter ohne Einwilligung|Tout refuser|
        Continuer sans accepter →|Rifiuta|Continua senza accettare|Rechazar todo|Alles weigeren|Odrzuć wszystkie|
        Rejeitar tudo|Do not accept|I do not agree|Do not consent|No, thanks|Decline optional cookies|
        Fortsätt utan att godkänna|Fortsett uten å godta""",
    Meaning.NECESSARY: """Kun nødvendige|Godta bare nødvendige|Berre nødvendige|Endast nödvändiga|
        Godkänn endast nödvändiga|Kun nødvendige cookies|Hyväksy vain välttämättömät|Aðeins nauðsynlegar|
        Nur notwendige|Nur essenzielle Cookies akzeptieren|Only necessary|Allow essential cookies|
        Alleen noodzakelijke cookies|Solo las necesarias|Solo i necessari|Tylko niezbędne|Apenas necessários""",
    Meaning.SETTINGS: """Cookie settings|Customise|Manage consent|Innstillinger|Tilpass|Velg selv|Vis detaljer|
        Samtyckesinställningar|Anpassa|Indstillinger|Asetukset|Stillingar|Einstellungen|Zwecke anzeigen|
        Zustimmung ändern|Paramétrer|Personnaliser|Instellingen|Configurar|Personalizza|Ustawienia|Definições""",
    Meaning.SAVE: """Save selection|Confirm my choices|Accept selection|Godta valgte|Tillat utvalg|Lagre|
        Tillåt urval|Spara inställningar|Gem valg|Tillad valgte|Tallenna valinnat|Vista val|Auswahl erlauben|
        Enregistrer mes choix|Salva e continua|Selectie toestaan|Guardar|Zapisz|Accept these settings""",
    Meaning.ACKNOWLEDGE: "OK|Okay, got it|Got it!|Jeg forstår|Jag förstår|Verstanden|J'ai compris|Ho capito",
    Meaning.WITHDRAW: "Withdraw consent|Trekk tilbake samtykke|Återkalla samtycke|Einwilligung widerrufen",
    Meaning.CLOSE: "×|Close|Lukk|Stäng|Luk|Sulje|Loka|Schließen|Fermer",
    Meaning.POLICY: "Les mer|Läs mer|Read more|Read more about how we accept cookies|Datenschutzerklärung",
    Meaning.NONE: """Ja, jeg er over 18|Subscribe|Meny|Nødvendige|Nödvändiga|Select all|Velg alle||Én sak|
        You may accept or reject each of the purposes below at any time from this page""",
}


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (label.strip(), expected)
        for expected, labels in LABELS.items()
        for label in labels.split("|")
    ],
)
def test_a_label_is_understood(label, expected):
    assert meaning(label) is expected


def test_a_soft_hyphen_does_not_part_a_word():
    assert meaning("God\u00adta alle") is Meaning.ACCEPT


def test_everything_is_more_than_something():
    assert says_all("Tillat alle")
    assert not says_all("Tillat valgte")


@pytest.mark.parametrize(
    "label",
    [
        "Cookie-innstillinger",
        "Cookieinställningar",
        "Cookie settings",
        "Evästeasetukset",
        "Endre samtykke",
    ],
)
def test_a_control_for_later_is_known(label):
    assert reopens(label)


def test_the_refusing_radio_button_is_known():
    assert refuses("Nei")
    assert refuses("Avvis statistikk")
    assert not refuses("Ja")


def test_other_dialogs_speak_otherwise():
    assert traps("Meld deg på nyhetsbrevet og få 10 % rabatt") == 3
    assert subjects("Meld deg på nyhetsbrevet") == 0
    assert subjects("Vi bruker informasjonskapsler. Cookies er små filer.") == 2
