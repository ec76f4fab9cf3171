"""What goes into the state comes out of it, and is small."""

from hypothesis import given
from hypothesis import strategies as st

from tap_hootsuite.seen_messages import Seen, SeenMessages, pack, unpack

ids = st.integers(1, 10**13).map(str)
digests = st.text("0123456789abcdef", max_size=8)
seens = st.builds(
    Seen,
    st.none() | st.integers(-(10**9), 10**11),
    ids,
    st.sampled_from(["SENT", "REJECTED", "SOMETHING_NEW"]),
    digests,
    st.none() | st.integers(0, 10**11),
)


@given(st.sets(ids))
def test_ids_survive(known):
    """A set of ids comes back whole."""
    assert unpack(pack(known)) == known


@given(st.dictionaries(ids, seens))
def test_messages_survive(known):
    """Remembered messages come back as they were, also in a state that nobody knew."""
    memory = SeenMessages()
    memory.update(known)
    assert dict(SeenMessages(memory.pack())) == known


@given(st.dictionaries(ids, seens), st.integers(-(10**9), 10**11))
def test_old_messages_are_found_by_their_time(known, cutoff):
    """What lies before an instant is found; a message without a time never does."""
    memory = SeenMessages()
    memory.update(known)
    old = [one for one, seen in known.items() if seen.time is not None and seen.time < cutoff]
    assert memory.before(cutoff) == old


def test_remembering_is_cheap():
    """A remembered message takes less than 80 bytes, an id less than 16."""
    seen = Seen(1_900_000_000, "1234567890", "SEND_FAILED_PERMANENTLY", "ffffffff", 1_900_000_000)
    memory = SeenMessages()
    memory.update({"123456789012": seen, "2": seen})
    assert len(memory.pack()) <= 2 * 80
    assert len(pack(["123456789012", "123456789013"])) <= 2 * 16
