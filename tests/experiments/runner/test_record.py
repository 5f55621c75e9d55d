import dataclasses
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from experiments.store.record import BadRecord, Provenance, Record, decode, encode
from tests.experiments.runner.making import run

HERE = Provenance("d" * 64, "2.13.0", "AVX512")


def record(curve=(0.1, 1 / 3), **changes) -> Record:
    return Record(
        run(), "ok", HERE, curves={"test_loss": tuple(curve)}, confusion={"test": ((1, 2), (3, 4))}
    )


@settings(deadline=None)
@given(some.lists(some.floats(), min_size=1))
def test_every_number_comes_back_bit_for_bit(curve):
    again = decode(encode(record(curve))).curves["test_loss"]
    assert [math.copysign(1, x) for x in again if x == 0] == [
        math.copysign(1, x) for x in curve if x == 0
    ]
    assert list(map(repr, again)) == list(map(repr, curve))


def test_a_record_comes_back_whole():
    assert decode(encode(record())) == record()


def test_the_bytes_are_strict_json():
    assert b"NaN," not in encode(record([math.nan, 1.0])).replace(b'"NaN"', b"")


@settings(deadline=None)
@given(some.data())
def test_any_altered_byte_is_noticed(data):
    content = encode(record())
    place = data.draw(some.integers(0, len(content) - 1))
    other = data.draw(some.integers(0, 255).filter(lambda byte: byte != content[place]))
    with pytest.raises(BadRecord):
        decode(content[:place] + bytes([other]) + content[place + 1 :])


@settings(deadline=None)
@given(some.data())
def test_a_torn_record_is_noticed(data):
    content = encode(record())
    with pytest.raises(BadRecord):
        decode(content[: data.draw(some.integers(0, len(content) - 1))])


def test_what_follows_the_end_is_noticed():
    with pytest.raises(BadRecord, match="checksum"):
        decode(encode(record()) + b"\n")


def test_a_record_of_another_schema_says_which():
    content = encode(record()).replace(b'"schema": 1', b'"schema": 7')
    with pytest.raises(BadRecord, match="of schema 7, this is schema 1"):
        decode(content)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"null", b"\x00" * 100, b"\xff\xfe"])
def test_what_is_no_record_is_noticed(content):
    with pytest.raises(BadRecord):
        decode(content)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"digest": "e" * 64}, "code"),
        ({"torch": "2.14.0"}, "torch 2.13.0, this is 2.14.0"),
        ({"capability": "AVX2"}, "AVX512, this is AVX2"),
    ],
)
def test_a_stale_record_says_why(change, words):
    assert words in record().stale(dataclasses.replace(HERE, **change))


def test_a_record_made_here_is_not_stale():
    assert not record().stale(HERE)


def test_the_last_value_of_a_curve_is_final():
    assert record().final("test_loss") == 1 / 3


def test_a_curve_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(KeyError, match="no curve 'tset_loss': test_loss"):
        record().final("tset_loss")


def test_a_run_that_left_no_curves_has_no_final_number():
    assert math.isnan(Record(run(), "failed", HERE).final("test_loss"))
