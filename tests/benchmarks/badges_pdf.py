"""How long 500 badges take to be signed, drawn and printed, and how large they are: `make bench`."""

import sys
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.badges import rules
from services.badges.pdf import Sheet, badges_pdf
from services.badges.rules.codes import EPOCH, MINUTE
from shared.web import qr

NUMBER = 500
NAMES = (
    "Καλλιόπη Μελισσουργού",
    "Øyvind Solfjordås",
    "Żaneta Jaskółkowska-Wróbel",
    "İpek Gümüşçınar",
    "Соломія Верболоз",
    "ნინო ლაჟვარდაშვილი",
    "ريم الصنوبري",
    "Արմինե Լուսաձորյան",
    "Maarten van der Zilverwoude",
    "Đurđica Modrozelenović",
)
PLACES = ("Lærerhøgskolen i Solfjorden", "Akademia Pedagogiczna w Złotoborze", "دار المعلمين في عين الصنوبر")


def sheets(private_key: Ed25519PrivateKey) -> list[Sheet]:
    """Every badge with a name of its own."""
    made = []
    for number in range(NUMBER):
        facts = rules.BadgeFacts(
            key_id=1,
            conference_number=7,
            badge_id=f"{number:016x}",
            not_before=EPOCH,
            not_after=EPOCH + 99 * MINUTE,
        )
        code = rules.sign_code(private_key, facts)
        made.append(
            Sheet(
                name=f"{NAMES[number % len(NAMES)]} {number}",
                institution=f"{PLACES[number % len(PLACES)]} {number % 150}",
                country="Türkiye",
                category="Participant",
                side=qr.SIDE,
                runs=qr.runs_of(qr.modules_of(code)),
            )
        )
    return made


def main() -> int:
    private_key = Ed25519PrivateKey.generate()
    badges_pdf(
        sheets(private_key)[:3], conference="Warm-up", accent="#1f5fa8"
    )  # learns the code's layout once
    wall, cpu = time.perf_counter(), time.process_time()
    body = badges_pdf(sheets(private_key), conference="eTwinning for Future Teachers", accent="#1f5fa8")
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(
        f"{NUMBER} badges, signed, with code and shaped names: {cpu:.2f} s of one core ({wall:.2f} s by the clock), "
        f"{len(body) / NUMBER:.0f} bytes each"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
