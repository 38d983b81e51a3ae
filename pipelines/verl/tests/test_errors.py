"""The words of errors, also after a journey between processes."""

import pickle

import pytest

from srar_verl import errors

WORDS = [
    (errors.OptionError("max_missing", "must be in 0 ... 1, but is 2"), "algorithm.srar.max_missing: must be in 0 ... 1, but is 2"),
    (
        errors.ToolMissing("srar-judge", "in /tools"),
        "srar-judge: no such program in /tools; build srar and name the folder with '+algorithm.srar.bin=FOLDER'",
    ),
    (errors.ToolFailed("srar-judge", 69, "no server"), "srar-judge: ended with status 69: no server"),
    (errors.ToolFailed("srar-reward", -9, ""), "srar-reward: was killed by signal 9: it said nothing"),
    (errors.AnswerMismatch("srar-judge", "is closed"), "srar-judge: is closed"),
    (errors.BadSample("extra_info", "has no 'id'"), "extra_info: has no 'id'"),
    (
        errors.UnsupportedTokenizer("t5", "its decoder is Metaspace"),
        "t5: its decoder is Metaspace; steps need the exact bytes of each token, which byte-level BPE has",
    ),
    (errors.RecordsMissing("the batch has no records"), "srar: the batch has no records"),
    (errors.BatchMismatch(3, "p1", "the record has 5 tokens"), "row 3 of the batch, record p1: the record has 5 tokens"),
]


def test_every_error_has_its_words_here():
    assert {type(error) for error, _ in WORDS} == set(errors.SrarError.__subclasses__())


@pytest.mark.parametrize(("error", "words"), WORDS)
def test_words_survive_the_way_to_another_process(error, words):
    assert str(error) == words
    arrived = pickle.loads(pickle.dumps(error))
    assert (type(arrived), str(arrived)) == (type(error), words)
