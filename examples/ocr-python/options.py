"""What a request may choose. All of it changes the text, so a cache needs all of it in its key."""

from failure import Failure
from reader import LANGUAGES


def options_of(query):
    """?language=eng reads one language of several, and ?characters=0123456789. only these characters."""
    language = query.get("language", "+".join(LANGUAGES))
    characters = query.get("characters", "")
    if any(one not in LANGUAGES for one in language.split("+")):
        raise Failure(400, f"language must be one or more of {', '.join(LANGUAGES)}, joined by +.")
    if len(characters) > 200:
        raise Failure(400, "characters must be at most 200 characters.")
    return language, characters
