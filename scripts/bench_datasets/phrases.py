"""The made-up words of the generated tweets. Nobody ever sent them."""

BRANDS = (
    "NorthlineRail",
    "PebbleMobile",
    "HarborBank",
    "KiteAirways",
    "LanternTV",
    "OakAndOrder",
    "BrightGrid",
    "ParcelFox",
)
AGENTS = (" ^JK", " ^MM", " -AD", " /AY", " *TL", " ^Nora", " - Pia", "", "")
NAMES = ("Mara", "Jonas", "Ines", "Tom", "Aiko", "Sven", "Lea", "Omar")
THINGS = (
    "my order", "the app", "your website", "the 7:42 train", "my new router", "the mobile data", "my refund",
    "the boarding pass", "my parcel", "the set-top box", "my savings account", "the voucher code", "my SIM card",
)  # fmt: skip
TROUBLES = (
    "has not arrived and nobody tells me why",
    "stops after two minutes &amp; shows a blank screen",
    "is late again, the third time this week",
    "was charged twice and I only wanted one",
    "says error 403 whenever I log in",
    "vanished from my account overnight",
    "is so slow that I could walk there faster",
    "keeps asking for a code that never comes",
)
MOODS = ("Come on", "Hello", "Really", "Hi there", "Seriously", "Good morning", "Help please", "ugh", "😡")
ENDINGS = (
    "What can I do?",
    "Is anybody there?",
    "I have been waiting for {n} days now.",
    "Please look into it!!",
    "Not happy 😞 #fail",
    "My mail is __email__ if you need it.",
    "It worked fine until version {n}.2.",
    "See https://t.co/x{n}Qk for a picture",
)
ANSWERS = (
    "Sorry to hear that, {name}. Could you tell us the version you use and what you see on the screen?",
    "Hi {name}, that is not what we want for you. Please send us a DM with the order number &amp; your postcode.",
    "Thanks for letting us know. Does it help to log out, restart and log in again?",
    "We have passed this to the team, {name}. It usually takes {n} hours until the change shows.",
    "That should not happen! The steps are here: https://t.co/h{n}Lp - do they help?",
    "You can write to us at __email__ and we will sort it out within {n} days.",
)
MORE = (
    "If it goes on, tell us the time when it started so that we can have a closer look.",
    "We will be here until 8 tonight if you need anything else.",
    "You find the number on the back of the card or in the app under Settings &gt; About.",
)
REPLIES = (
    "It is version {n}.1, and restarting did nothing.",
    "Done, I have sent you a DM. Thank you!",
    "I tried that already, twice.\nStill the same.",
    "OK that worked, thanks a lot 😊",
    "So I have to wait another {n} days? Not good enough.",
    "The number is on its way. How long will it take?",
)
STRANGERS = ("Same here, for {n} days now.", "Me too! What is going on over there?", "They told me the same last week.")
