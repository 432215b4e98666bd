"""What a person may ask of the server itself, in any persona: for now, to forget what was said.

The phrases must be the whole message: "forget it" in the middle of a story is no request.
"""

import re
import unicodedata
from collections.abc import Mapping

from app.core.languages import best_language

_MAX_CHARACTERS = 200  # a request is short; more is a story, whatever it begins with
_BETWEEN_WORDS = re.compile(r"[\s,.!?…。！？，、।]+")

# Between words stands exactly one space, so that no two parts can match the same one: with \s* and optional commas
# next to each other, a polite message of 180 characters took minutes.
_FORGET = re.compile(
    r"""(?:(?:please|can[ ]you|could[ ]you|i[ ]want[ ]you[ ]to|por[ ]favor|veuillez|s'il[ ](?:te|vous)[ ]pla[iî]t|bitte|कृपया),?[ ])*
    (?:(?:delete|erase|remove|wipe|clear)[ ](?:all[ ](?:of[ ])?)?(?:my[ ](?:data|messages|history|conversation|chats?|words)
        |this[ ](?:conversation|chat)|everything(?:[ ](?:i[ ]said|about[ ]me|you[ ]know[ ]about[ ]me))?)
      |forget[ ](?:me|everything(?:[ ](?:i[ ]said|about[ ]me))?|this[ ]conversation|what[ ]i[ ](?:said|told[ ]you))
      |(?:borr[ae]|elimin[ae])[ ](?:todos[ ])?mis[ ](?:datos|mensajes) | olv[ií]dame | olvida[ ]todo(?:[ ]lo[ ]que[ ]dije)?
      |(?:supprime[rz]?|efface[rz]?)[ ](?:toutes[ ])?mes[ ](?:donn[ée]es|messages) | oublie[z]?[ -]moi
      |l(?:ö|oe?)sche?(?:n[ ]sie)?[ ](?:alle[ ])?meine[ ](?:daten|nachrichten) | vergiss[ ](?:mich|alles)
      |(?:apag(?:a|ue)|exclua|delete)[ ](?:todos[ ])?(?:os[ ])?meus[ ](?:dados|mensagens) | esque[çc][ae][ -](?:me|(?:de[ ])?mim)
      |mera[ ](?:sara[ ])?data[ ](?:delete|mita)[ ]?(?:karo|kar[ ]do|do)
      |मेरा[ ](?:सारा[ ])?(?:डेटा|डाटा)[ ](?:मिटा|हटा|डिलीट[ ]कर)[ ](?:दो|दें|दीजिए) | मुझे[ ]भूल[ ]जाओ
      |(?:请|麻烦|帮我)*(?:删除|清除|删掉)(?:我的)?(?:所有|全部)?(?:数据|资料|聊天记录|记录|对话) | (?:请)?忘(?:记|掉)(?:我|我说的(?:一切|话))
    )(?:[ ](?:please|now|por[ ]favor|bitte|s'il[ ](?:te|vous)[ ]pla[iî]t))*""",
    re.VERBOSE,
)

_FORGOTTEN: Mapping[str, str] = {
    "en": "Done. Everything you told me in this conversation is deleted. We can start afresh whenever you like.",
    "zh-CN": "好了，你在这次对话里说过的内容都已删除。想聊的时候，我们可以重新开始。",
    "es": "Hecho. He borrado todo lo que me contaste en esta conversación. Podemos empezar de nuevo cuando quieras.",
    "fr": "C'est fait. Tout ce que vous m'avez dit dans cette conversation est effacé. On peut recommencer quand vous voulez.",
    "de": "Erledigt. Alles, was du mir in diesem Gespräch erzählt hast, ist gelöscht. Wir können jederzeit neu anfangen.",
    "pt": "Pronto. Apaguei tudo o que você me contou nesta conversa. Podemos recomeçar quando quiser.",
    "hi": "Ho gaya. Aapne is baatcheet mein jo kuch kaha tha, sab mita diya gaya hai. Jab chahein, hum phir se shuru kar sakte hain.",
}

_NOT_FORGOTTEN: Mapping[str, str] = {
    "en": "I could not delete it just now. What you said is deleted by itself soon after we stop talking; please ask again in a minute.",
    "zh-CN": "刚才没能删除成功。对话结束后不久，这些内容会自动删除；也请过一分钟再试一次。",
    "es": "No he podido borrarlo ahora. Se borra solo poco después de la conversación; vuelve a pedírmelo en un minuto.",
    "fr": "Je n'ai pas pu l'effacer à l'instant. Tout s'efface peu après la conversation ; redemandez-le dans une minute.",
    "de": "Das Löschen ging gerade nicht. Kurz nach dem Gespräch löscht es sich von selbst; bitte versuch es in einer Minute noch einmal.",
    "pt": "Não consegui apagar agora. Tudo se apaga sozinho pouco depois da conversa; peça de novo em um minuto.",
    "hi": "Abhi mitaya nahin ja saka. Baatcheet ke thodi der baad yeh apne aap mit jaata hai; ek minute mein phir kahiye.",
}


def asks_to_forget(text: str) -> bool:
    """Return whether the whole message asks to delete what was said; all seven languages are tried."""
    if len(text) > _MAX_CHARACTERS:
        return False
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    return _FORGET.fullmatch(_BETWEEN_WORDS.sub(" ", folded).strip()) is not None


def forgotten_words(language: str, is_done: bool) -> str:
    """Return what to tell a person after the deletion, or after it failed."""
    words = _FORGOTTEN if is_done else _NOT_FORGOTTEN
    return words[best_language(language, words) or "en"]
