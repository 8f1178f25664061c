"""Renders the images of this suite: python3 render.py [FOLDER [SEED]]

Needs Pillow (`pip install pillow`), and the fonts DejaVu and Nanum (`apt-get install fonts-dejavu-core fonts-nanum`).
The images are committed, so the suite runs without this script. With FOLDER, which must exist, it writes images of
random texts there, each with its text. No repository contains those texts, so a function must really read them.
"""

import random
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

LATIN = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
HANGUL = "/usr/share/fonts/truetype/nanum/NanumGothic.ttf"

FIXTURES = {
    "invoice-en": (LATIN, ["INVOICE 2026-001", "TOTAL 128.40"]),
    "letter-en": (LATIN, ["The quick brown fox jumps", "over 13 lazy dogs at 9:45."]),
    "receipt-ko": (HANGUL, ["서울 강남구 테헤란로", "주문번호 20260117", "합계 128,400원"]),
    "notice-ko": (HANGUL, ["오늘은 날씨가 맑습니다", "회의는 오후 세 시에 시작합니다"]),
    "mixed": (HANGUL, ["INVOICE 2026-001", "청구서 금액 128,400원", "TOTAL 128.40"]),
}


def render(path, font_path, lines, size=40, ink=0, paper=255):
    """Renders black text on white, 40 px high, with wide margins: a JPEG if the name ends so, else a PNG with 16 greys."""
    font = ImageFont.truetype(font_path, size)
    width = max(int(font.getlength(line)) for line in lines) + 2 * size
    height = int(len(lines) * size * 1.7) + size
    image = Image.new("L", (width, height), paper)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((size, size * 0.6 + number * size * 1.7), line, font=font, fill=ink)
    if path.suffix == ".jpg":
        image.save(path, quality=85)
    else:
        image.quantize(16).save(path, optimize=True)


def fixtures(folder):
    for name, (font, lines) in FIXTURES.items():
        render(folder / f"{name}.png", font, lines)
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    font, lines = FIXTURES["invoice-en"]
    render(folder / "invoice-en.jpg", font, lines)
    (folder / "blank.png").unlink(missing_ok=True)
    Image.new("1", (400, 200), 1).save(folder / "blank.png", optimize=True)


def held_out(folder):
    words = ["garden", "river", "window", "paper", "silver", "morning", "bridge", "yellow", "winter", "market"]
    syllables = ["나무", "바다", "학교", "시장", "아침", "사람", "도시", "기차", "우유", "여름"]
    for number in range(3):
        total = f"{random.randint(10, 99)}{random.randint(100, 999)}"
        english = [" ".join(random.sample(words, 3)), f"ORDER {total}"]
        korean = [" ".join(random.sample(syllables, 3)), f"주문 {total}"]
        for name, font, lines in (("en", LATIN, english), ("ko", HANGUL, korean)):
            render(folder / f"held-out-{number}-{name}.png", font, lines)
            (folder / f"held-out-{number}-{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        if len(sys.argv) > 2:
            random.seed(int(sys.argv[2]))
        held_out(Path(sys.argv[1]))
    else:
        fixtures(Path(__file__).parent / "images")
