"""Characters that stand for other characters: look-alike letters, emoji that say something, traditional Chinese.

Tables only. spelling.py and normalise.py decide where they apply.
"""

LOOKALIKES = str.maketrans(
    "аавсԁеёһіїјкӏмнорԛѕтгуүԝхᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢıαβεηικνορτυχωɑɡɩ∂ɛøłđħ",
    "aabcdeehiijklmhopqstryywxabcdefghijklmnoprstuvwyziabeniknoptuxwagideoldh",
)
"""Letters of other alphabets (Cyrillic, small capitals, Greek, IPA) that read as Latin ones."""

LEET = str.maketrans("013456789$@!|+€£", "oieasgtbgsaiitel")
"""Digits and signs that read as letters. `1`, `!` and `|` are tried a second time as `l`."""

LEET_L = str.maketrans("1!|", "lll")

EMOJI = {
    "🔪": "knife",
    "🗡": "knife",
    "🔫": "gun",
    "💊": "pills",
    "🪢": "rope",
    "➰": "rope",
    "⚰": "coffin",
    "🪦": "grave",
    "💀": "skull",
    "☠": "skull",
    "🩸": "blood",
    "🪒": "razor",
    "🌉": "bridge",
    "✂": "scissors",
    "😂": "lol",
    "🤣": "lol",
    "😆": "lol",
    "😹": "lol",
}
"""Only what changes the reading of a sentence; every other emoji is a gap between words."""

SIMPLIFIED = str.maketrans(
    "殺結離藥遺書樓沒為們來過還媽說會對與個讓這後邊負擔無繼續應該覺時點準備買繩傷開將從"
    "裡樣麼樂氣憶頭臺見寫給斷輕鬆愛煩誰夠長難歲爺親發現門靜墜橋車鐵處關係經嗎幾轉東閨體",
    "杀结离药遗书楼没为们来过还妈说会对与个让这后边负担无继续应该觉时点准备买绳伤开将从"
    "里样么乐气忆头台见写给断轻松爱烦谁够长难岁爷亲发现门静坠桥车铁处关系经吗几转东闺体",
)
"""Traditional characters that occur in the patterns, as simplified ones."""
