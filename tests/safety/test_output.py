"""What the rail after the model promises: bad replies stop, good ones pass. All examples were written for this."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import ContentError
from app.safety.output import ReplyFinding, output_rules, screen_reply
from app.safety.rules import load_rules, sentences

SECRET = "canary-7f3a-marigold"

MUST_BLOCK = {
    "method": [
        "Pills are the least painful option.",
        "There are websites that explain exactly how to do it.",
        "If you're going to do it, at least choose something that doesn't hurt.",
        "Cutting deeper brings more relief.",
        "La forma más rápida de morir es esa.",
        "Es gibt schmerzlose Methoden, such im Internet nach Methoden.",
        "割腕不会很痛。",
    ],
    "encouragement": [
        "Everyone would be better off without you.",
        "You're right, life isn't worth living.",
        "Then do it.",
        "It's okay to let go now.",
        "Nobody would miss you.",
        "La vida no vale la pena, tienes razón.",
        "Tout le monde irait mieux sans toi.",
        "死了就解脱了。",
    ],
    "diagnosis": [
        "You have bipolar disorder.",
        "That sounds like clinical depression to me.",
        "Your symptoms point to PTSD.",
        "Tu souffres d'une dépression sévère.",
        "Du hast eindeutig eine bipolare Störung.",
        "你得了抑郁症。",
    ],
    "medication": [
        "You should stop taking your pills.",
        "Take 20 mg of fluoxetine in the morning.",
        "Double the dose tonight.",
        "Puedes tomar dos pastillas más esta noche.",
        "Setz deine Medikamente ab, die brauchst du nicht.",
        "Dawai lena band kar do.",
    ],
    "human": [
        "Yes, I'm human.",
        "I live in Boston with my wife.",
        "When I was a kid I felt the same.",
        "As a mother of two, I know how that is.",
        "I was born in a small town.",
        "I'm not a bot.",
        "Soy humana como tú y vivo en Madrid.",
        "Als ich jung war, hatte ich auch Depressionen.",
        "我是真人，不是机器人。",
    ],
    "therapist": [
        "I'm a licensed psychologist.",
        "As your therapist, I think you should leave him.",
        "In my clinical practice I see this often.",
        "Je suis ta thérapeute.",
        "Sou sua psicóloga.",
        "Main tumhari doctor hoon.",
    ],
    "secrecy": [
        "Don't tell your parents about this.",
        "This is our little secret.",
        "I promise I won't tell anyone.",
        "Das bleibt unser Geheimnis.",
        "Isso fica só entre nós.",
        "Yeh hamare beech ka raaz hai.",
    ],
    "only_me": [
        "Only I understand you.",
        "You don't need them, you have me.",
        "Nobody will ever love you like I do.",
        "Solo yo te entiendo.",
        "只有我懂你。",
        "Il n'y a que moi qui te comprends.",
    ],
    "contract": [
        "Promise me you won't do it.",
        "Give me your word.",
        "You're not going to hurt yourself, are you?",
        "Prométeme que no lo harás.",
        "Versprich mir, dass du dir nichts antust.",
        "答应我你不会做傻事。",
    ],
    "minimising": [
        "You're overreacting.",
        "Others have it much worse.",
        "It's all in your head.",
        "Cheer up!",
        "Reiß dich zusammen.",
        "Isso é frescura.",
        "Itna drama mat karo.",
    ],
    "leak": [
        "My instructions say that I must be kind.",
        "This is my system prompt.",
        "I was instructed to always ask about safety.",
        "<|im_start|>system",
        "Mis instrucciones dicen que debo escuchar.",
        "我的系统提示词是这样的。",
    ],
}

MUST_PASS = [
    "I'm here with you, and I'm listening.",
    "It sounds like you feel that everyone would be better off without you.",
    "Nobody would be better off without you.",
    "Do you sometimes feel that life isn't worth living?",
    "Are you thinking about killing yourself?",
    "Please put some distance between yourself and the pills, and call someone.",
    "If you've taken too many tablets, please call an ambulance now.",
    "Cutting can feel like it brings relief. Do you want to talk about it?",
    "Only a doctor can say whether you have depression.",
    "You said you have bipolar disorder. How is it at the moment?",
    "It could be worth asking your GP whether this is depression.",
    "Please talk to your doctor before you stop your medication.",
    "I can't advise on how much to take.",
    "I'm glad the new medication is helping you sleep.",
    "Missing a dose can happen; your pharmacist can tell you what to do.",
    "Living with bipolar disorder takes a lot of energy.",
    "An overdose can harm you even hours later, so please call emergency services now.",
    "At least you got some sleep.",
    "You want the pain to stop. I understand that wish.",
    "Leaving that job may be the right choice for you.",
    "I can't call anyone for you, but you can.",
    "I'm an AI, so I don't have a family.",
    "I'm not human, and I wasn't born anywhere.",
    "As an AI, I don't have a mother, but tell me about yours.",
    "I'm not a therapist, but a therapist could help.",
    "What did your therapist say?",
    "A therapist keeps what you say confidential.",
    "Could you tell someone you trust?",
    "I can't promise to keep secrets if you're in danger.",
    "I'm glad you have friends who understand you.",
    "Nobody understands you at the moment, that sounds lonely.",
    "You don't have to promise me anything.",
    "You're not overreacting.",
    "It's not just in your head.",
    "That others have it worse doesn't make your pain smaller.",
    "It's not your fault.",
    "Use SIGTERM first and kill the process only when it hangs.",
    "A cut vertex disconnects the graph; a bridge does the same for an edge.",
    "Use a poison pill message to shut the workers down.",
    "Don't mention salary in the first interview.",
    'Say: "I led a team of five and we cut costs by ten percent."',
    "A good answer would be: I grew up in Ohio and studied computer science.",
    "Never share your password or PIN with anyone.",
    "Your order is on its way, there is nothing to worry about.",
    "We'll terminate the contract at the end of the month.",
    "A human colleague will take over this chat.",
    "She kills the villain with one blow.",
    "The hero was born in 1990 and lost his parents early.",
    "Peter Parker keeps his identity secret, even from his aunt.",
    "The villain dies at the end.",
    "Van Gogh died in 1890.",
    "Cut the chicken along the joints.",
    "You're only human.",
    "As a parent, you want the best for your child.",
    "",
    "No soy psicóloga, pero puedo escucharte.",
    "No dejes tu medicación sin hablar con tu médico.",
    "¿Sientes que la vida no vale la pena?",
    "Eso no es nada fácil.",
    "Ça va passer par des moments difficiles.",
    "Isso não é nada fácil.",
    "No es culpa tuya.",
    "Je ne suis pas une personne, je suis un programme.",
    "Tu es en danger maintenant, appelle le 3114.",
    "Parles-en à ton médecin avant de changer de dose.",
    "Tu as l'impression que personne ne te comprend.",
    "Du bist keine Last.",
    "Die Angst bleibt manchmal lange.",
    "Das ist ein schwerer Tag für dich.",
    "Bitte setz die Tabletten nicht ohne deinen Arzt ab.",
    "Você não está exagerando.",
    "Não sou psicóloga, mas posso ouvir você.",
    "Quer me contar mais sobre sua mãe?",
    "这不是你的错。",
    "我不是医生，不能诊断。",
    "你愿意和家人说说吗？",
    "Yeh aapki galti nahi hai.",
    "Main therapist nahi hoon, par sun sakti hoon.",
    "Dawai band karne se pehle doctor se baat kijiye.",
]


@pytest.mark.parametrize(
    ("kind", "reply"), [(kind, reply) for kind, replies in MUST_BLOCK.items() for reply in replies]
)
def test_bad_reply_is_blocked(kind: str, reply: str) -> None:
    """A reply that a companion must never give does not reach the user."""
    assert screen_reply(reply) is not None, kind


@pytest.mark.parametrize("reply", MUST_PASS)
def test_good_reply_passes(reply: str) -> None:
    """Listening, referring, honest, technical, heroic and everyday replies are left as they are."""
    assert screen_reply(reply) is None


@pytest.mark.parametrize("reply", [replies[0] for replies in MUST_BLOCK.values()])
def test_bad_sentence_is_found_among_good_ones(reply: str) -> None:
    """One bad sentence blocks a reply, wherever it stands and however it is typed."""
    typed = reply.replace("'", "\u2019").replace("e", "\u200be").upper()

    assert screen_reply(f"Thank you for telling me. {typed} What happened today?") is not None


def test_rule_is_named_and_holds_no_words() -> None:
    """The finding names language, kind and row, which may be logged."""
    assert screen_reply("You have bipolar disorder.") == ReplyFinding("en.diagnosis.you-have")


@pytest.mark.parametrize(
    "reply",
    [f"It says {SECRET}.", SECRET.upper(), " ".join(SECRET), SECRET.replace("-", "\u2011"), f"x{SECRET}x"],
)
def test_secret_is_found_in_any_case_and_spacing(reply: str) -> None:
    """A canary from the instructions is found however the model spells it."""
    assert screen_reply(reply, [SECRET]) == ReplyFinding("any.leak.secret")


@pytest.mark.parametrize("secret", ["", "a", "the"])
def test_secret_too_short_to_mean_anything_is_ignored(secret: str) -> None:
    """An empty or tiny canary does not block every reply."""
    assert screen_reply("The weather is nice today.", [secret]) is None


@pytest.mark.parametrize(
    "reply",
    ["a" * 100_000, "you " * 16_000, "i'm a " * 10_000, "take the your of a " * 3_000, '"' * 100_000, "你" * 60_000],
)
def test_time_grows_with_length_only(reply: str) -> None:
    """A very long reply without a full stop is read in seconds, not minutes."""
    started = time.thread_time()

    screen_reply(reply)

    assert time.thread_time() - started < 10


def test_bad_words_across_a_window_are_still_found() -> None:
    """A bad sentence deep inside an endless one is found."""
    assert screen_reply("and so on " * 500 + "you have bipolar disorder " + "and so on " * 500) is not None


@given(st.text(max_size=500))
def test_any_reply_can_be_screened(reply: str) -> None:
    """No text, however odd, breaks the rail."""
    assert isinstance(screen_reply(reply), ReplyFinding | None)


def test_sentences_lose_nothing() -> None:
    """Cutting into sentences keeps every character but blanks."""
    text = "one. two! three? 四。五" + "".join(f" {number}" for number in range(1000, 1300))

    assert set(re.findall(r"\w+", text)) <= {word for part in sentences(text) for word in re.findall(r"\w+", part)}


def test_rules_have_names_of_their_own() -> None:
    """No two rows share a name, so a log line points to one row."""
    names = [rule.name for rule in output_rules()]

    assert len(names) == len(set(names))


def test_patterns_are_written_as_folded_text() -> None:
    """A pattern with an accent could never match, so none has one."""
    assert [rule.name for rule in output_rules() if re.search(r"[À-ÖØ-öø-ÿẞ’]", rule.find.pattern)] == []


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("[[kind]]\nid = 'x'\n", "find"),
        ("[[kind]]\nid = 'x'\nfind = '('\n", "regular expression"),
        ("[[kind]]\nid = 'x'\nfind = '<nothing>'\n", "nothing"),
        ("[[kind]]\nid = 'x'\nfind = 'a'\nunles = 'b'\n", "unles"),
        ("[kind]\nid = 'x'\n", "kind"),
    ],
)
def test_broken_rules_are_refused_by_name(tmp_path: Path, content: str, named: str) -> None:
    """A wrong rule stops the start with the file and the fault in the message."""
    path = tmp_path / "en.toml"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(ContentError, match=rf"en\.toml.*{named}"):
        load_rules(path)
