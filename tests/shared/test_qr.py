"""The QR code is the one that the qrcode library makes."""

import random

import pytest
import qrcode
from qrcode.constants import ERROR_CORRECT_Q
from qrcode.util import MODE_ALPHA_NUM, QRData

from shared.web import qr

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def reference(code: str) -> list[str]:
    symbol = qrcode.QRCode(
        version=qr.VERSION, error_correction=ERROR_CORRECT_Q, mask_pattern=qr.MASK, border=0
    )
    symbol.add_data(QRData(code, mode=MODE_ALPHA_NUM))
    symbol.make(fit=False)
    return ["".join("1" if dark else "0" for dark in row) for row in symbol.modules]


def test_modules_equal_the_library_bit_for_bit() -> None:
    chance = random.Random(8)
    for length in (*range(130, 140), *[135] * 20, 156):
        code = "".join(chance.choices(SIGNS, k=length))
        assert qr.modules_of(code) == reference(code)


@pytest.mark.parametrize("text", ["A" * 157, "pl1:", "Ł"])
def test_text_of_another_kind_is_no_badge_code(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        qr.modules_of(text)


def test_runs_cover_each_dark_module_once() -> None:
    modules = qr.modules_of("PL1:" + "7" * 131)
    painted = [["0"] * qr.SIDE for _ in range(qr.SIDE)]
    for x, y, width, height in qr.runs_of(modules):
        for row in range(y, y + height):
            for column in range(x, x + width):
                assert painted[row][column] == "0"
                painted[row][column] = "1"
    assert ["".join(row) for row in painted] == modules
