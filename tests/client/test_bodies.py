"""Bodies are those of the generated SDK, defaults included."""

from support.bodies import body_of, cases


def test_a_body_is_that_of_the_generated_sdk():
    wrong = {
        name: (sent, case["body"])
        for name, case in cases().items()
        if (sent := body_of(case["call"])) != case["body"]
    }
    assert not wrong, f"sent, and what the generated SDK sends, by the case: {wrong}"
    assert len(cases()) > 100
