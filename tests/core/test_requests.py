"""What a person may ask of the server itself: to be forgotten, in seven languages, and only when that was meant."""

import time
import unicodedata

import pytest

from app.core.requests import asks_to_forget, forgotten_words


@pytest.mark.parametrize(
    "text",
    [
        *("Delete my data", "delete my data.", "  DELETE MY DATA!! ", "Please delete all of my messages now"),
        *("Can you erase this conversation?", "Forget me, please.", "forget everything I said", "delete everything"),
        *("Could you please forget what I told you?", "I want you to wipe my chats", "remove everything about me"),
        *("Borra mis datos", "por favor, borra todos mis mensajes", "Elimina mis datos, por favor.", "Olvídame"),
        *("olvida todo lo que dije", "Elimine mis datos"),
        *("Supprime mes données", "s'il te plaît supprime mes données", "Effacez mes messages s\u2019il vous plaît"),
        *("veuillez supprimer toutes mes données", "Oublie-moi", "oubliez moi."),
        *("Lösche meine Daten", "bitte lösche alle meine Nachrichten", "Löschen Sie meine Daten, bitte."),
        *("Vergiss mich", "vergiss alles!"),
        *("Apague os meus dados", "por favor exclua meus dados", "apaga todos os meus dados"),
        *("Esqueça de mim", "Esqueça-me", "esqueca-me", "esquece-me"),
        *("mera data delete karo", "mera sara data mita do", "मेरा डेटा मिटा दो", "कृपया मेरा सारा डेटा डिलीट कर दें।"),
        *("删除我的数据", "请删除我的聊天记录。", "麻烦帮我清除所有记录", "忘记我", "请忘掉我说的话！"),
        unicodedata.normalize("NFD", "Lösche meine Daten"),
        unicodedata.normalize("NFD", "Supprime mes données"),
    ],
)
def test_asks_to_forget_when_that_is_the_whole_message(text: str) -> None:
    """Each language's plain ways to say it are understood: politeness, capitals and accents make no difference."""
    assert asks_to_forget(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "forget it", "Forget me not", "I want to forget everything", "don't delete my data"),
        *("He told me to delete my messages", "should I delete my messages?", "I can't forget what I said"),
        *("delete my data plan", "My boss said: delete everything", "delete my ex from my life", "clear the table"),
        *("I wish everybody would forget me", "how do you delete my data?", "please forgive me", "delete me"),
        *("no borres mis datos", "olvidé todo", "quiero olvidar todo", "no me olvides", "olvídalo"),
        *("ne supprime pas mes données", "oublie ça", "j'ai oublié mes messages", "ne m'oublie pas"),
        *("lösche meine Daten nicht", "vergiss es", "ich habe alles vergessen", "vergiss mich nicht"),
        *("não apague meus dados", "esqueci meus dados", "deixa pra lá", "não me esqueça"),
        *("mera data chori ho gaya", "मेरा डेटा खो गया", "मुझे मत भूलना", "main sab bhool gaya"),
        *("不要删除我的数据", "我忘记我的密码了", "他忘记我了", "我想忘记一切", "删除我的数据会怎样？"),
        "Delete my data" + " " * 190 + "is what he wrote, and then he left.",
        "please " * 5_000 + "delete",
    ],
)
def test_asks_to_forget_is_not_triggered_by_a_story(text: str) -> None:
    """A refusal, a question, a memory or a longer message deletes nothing."""
    assert not asks_to_forget(text)


@pytest.mark.parametrize("is_done", [True, False])
def test_forgotten_words_speak_all_seven_languages(is_done: bool) -> None:
    """Whoever can ask is answered in the same language, with words of its own for success and failure."""
    told = [forgotten_words(language, is_done) for language in ("en", "zh-CN", "es", "fr", "de", "pt", "hi")]

    assert len(set(told)) == 7
    assert not set(told) & {forgotten_words("en", not is_done)}


@pytest.mark.parametrize(
    ("language", "same_as"), [("de-AT", "de"), ("zh-TW", "zh-CN"), ("pt-BR", "pt"), ("ja", "en"), ("", "en")]
)
def test_forgotten_words_fall_back_to_a_relative_and_to_english(language: str, same_as: str) -> None:
    """A region is answered in its language, and an unknown language in English."""
    assert forgotten_words(language, is_done=True) == forgotten_words(same_as, is_done=True)


@pytest.mark.parametrize("polite", [" now", " please", ", please", " , ", " por favor", " s'il te plait"])
def test_politeness_without_end_takes_no_time(polite: str) -> None:
    """A message that almost asks, again and again, is read in one pass: this one took minutes once."""
    started = time.thread_time()

    assert not asks_to_forget(("delete everything" + polite * 60)[:196] + " x")

    assert time.thread_time() - started < 0.5
