import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import values
from lineup.errors import Conflict, Invalid
from lineup.validation import FieldCode, TakenCode, ValidationErrors


def found(rule, text):
    """What a rule keeps of a text, and the codes of the faults it finds."""
    errors = ValidationErrors()
    kept = rule(errors, "field", text)
    return kept, [fault.code for fault in errors.errors]


class TestName:
    @pytest.mark.feature("CU-19")
    def test_any_printable_text_up_to_a_hundred_characters_is_a_name(self):
        assert found(values.name, " Küche / TV 2 📺 ") == ("Küche / TV 2 📺", [])
        assert found(values.name, "x" * 100)[1] == []

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "required"),
            ("  ", "required"),
            ("x" * 101, "too_long"),
            ("a\nb", "unprintable"),
        ],
    )
    def test_other_names_are_refused(self, text, code):
        assert found(values.name, text)[1] == [code]

    @given(st.text())
    def test_what_is_kept_is_kept_again_unchanged(self, text):
        kept, faults = found(values.name, text)
        assert faults or found(values.name, kept) == (kept, [])


class TestMobile:
    @pytest.mark.feature("CU-05")
    def test_an_international_number_is_kept_in_e164(self):
        assert found(values.mobile, "+31 6 1234 5678") == ("+31612345678", [])

    @pytest.mark.feature("CU-05")
    @pytest.mark.parametrize("text", ["0612345678", "+31", "+999123456", "call me"])
    def test_anything_else_is_refused(self, text):
        assert found(values.mobile, text)[1] == ["mobile_invalid"]

    def test_none_is_fine(self):
        assert found(values.mobile, " ") == ("", [])

    def test_a_national_number_is_read_with_its_country(self):
        assert values.international("0612345678", "NL") == "+31612345678"


class TestCountry:
    @pytest.mark.feature("CU-05")
    def test_an_iso_code_is_kept_in_capitals(self):
        assert found(values.country, "nl") == ("NL", [])

    @pytest.mark.feature("CU-05")
    def test_an_unknown_code_is_refused(self):
        assert found(values.country, "XX")[1] == ["country_unknown"]


class TestEmail:
    def test_a_mail_address_is_kept(self):
        assert found(values.email, " Anna@Example.com ") == ("Anna@example.com", [])

    @pytest.mark.parametrize(
        "text", ["anna", "anna@", "@example.com", "a b@example.com"]
    )
    def test_what_is_none_is_refused(self, text):
        assert found(values.email, text)[1] == ["email_invalid"]


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("https://tv.example", True),
        ("http://127.0.0.1:8080/", True),
        ("", True),
        ("ftp://tv.example", False),
        ("https://tv.example/path", False),
        ("https://tv.example?x=1", False),
        ("https://:80", False),
        ("https://tv.example:port", False),
        ("tv.example", False),
    ],
)
def test_a_public_address_is_a_web_host_and_nothing_more(text, is_right):
    assert (found(values.public_url, text)[1] == []) is is_right


def test_currencies_and_time_zones_are_known_ones():
    assert found(values.currency, "eur") == ("EUR", [])
    assert found(values.currency, "XYZ1")[1] == ["currency_unknown"]
    assert found(values.time_zone, "Europe/Paris")[1] == []
    assert found(values.time_zone, "Mars/Base")[1] == ["time_zone_unknown"]


class TestRefusing:
    def test_nothing_found_refuses_nothing(self):
        ValidationErrors().refuse()

    def test_one_fault_is_refused_by_its_own_code(self):
        errors = ValidationErrors()
        errors.add("name", FieldCode.REQUIRED, "This field is required.")
        with pytest.raises(Invalid) as refusal:
            errors.refuse()
        assert refusal.value.code == "required"
        assert refusal.value.fields == {"name": ["This field is required."]}

    def test_one_taken_value_is_a_conflict(self):
        errors = ValidationErrors()
        errors.add_taken("email", TakenCode.EMAIL_TAKEN, "Used.")
        with pytest.raises(Conflict) as refusal:
            errors.refuse()
        assert refusal.value.code == "email_taken"

    def test_many_taken_values_are_a_conflict(self):
        errors = ValidationErrors()
        errors.add_taken("email", TakenCode.EMAIL_TAKEN, "Used.")
        errors.add_taken("username", TakenCode.USERNAME_TAKEN, "Used.")
        with pytest.raises(Conflict) as refusal:
            errors.refuse()
        assert refusal.value.code == "already_used"

    def test_faults_and_taken_values_are_told_together_as_invalid(self):
        errors = ValidationErrors()
        errors.add_taken("email", TakenCode.EMAIL_TAKEN, "Used.")
        errors.add("name", FieldCode.REQUIRED, "This field is required.")
        with pytest.raises(Invalid) as refusal:
            errors.refuse()
        assert refusal.value.code == "invalid"
        assert refusal.value.details["codes"] == {
            "email": ["email_taken"],
            "name": ["required"],
        }
