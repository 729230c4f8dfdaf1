from socket import AF_INET, AF_INET6, SOCK_STREAM

from mistralai.client._http.addresses import AddressInfo, failed, interleaved


def address(family: int, host: str) -> AddressInfo:
    return family, SOCK_STREAM, 6, "", (host, 443)


def test_families_alternate_and_the_first_one_is_the_resolvers():
    sixes = [address(AF_INET6, f"::{number}") for number in range(3)]
    fours = [address(AF_INET, f"10.0.0.{number}") for number in range(2)]
    for found, expected in (
        ([*sixes, *fours], [sixes[0], fours[0], sixes[1], fours[1], sixes[2]]),
        ([*fours, *sixes], [fours[0], sixes[0], fours[1], sixes[1], sixes[2]]),
        ([sixes[0], fours[0], sixes[1]], [sixes[0], fours[0], sixes[1]]),
        (fours, fours),
        ([], []),
    ):
        assert interleaved(found) == expected, found


def test_an_address_that_is_found_twice_is_tried_once():
    one, other = address(AF_INET, "10.0.0.1"), address(AF_INET, "10.0.0.2")
    assert interleaved([one, other, one]) == [one, other]


def test_what_several_addresses_say_is_said_once():
    errors = [OSError(111, "Connection refused"), OSError(101, "Network is unreachable")]
    assert failed([errors[0], errors[1], OSError(111, "Connection refused")]) == (
        "[Errno 111] Connection refused; [Errno 101] Network is unreachable"
    )
    assert failed([]) == ""
