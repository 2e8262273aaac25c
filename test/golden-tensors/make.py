"""Golden inputs of models, as Pillow makes them: `python make.py` writes NAME.FIT.png beside each picture.

Pillow 13.0.0, which antialiases when it shrinks. The pictures are drawn (test/drawn-pictures.ts).
"""
from pathlib import Path
from PIL import Image, ImageOps

HERE = Path(__file__).parent
SIDE, SHORT, PAD = 112, 128, (114, 114, 114)


def opened(name):
    picture = ImageOps.exif_transpose(Image.open(HERE / name))
    if picture.mode == "RGBA":
        ground = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(ground, picture)
    return picture.convert("RGB")


def stretch(picture):
    return picture.resize((SIDE, SIDE), Image.BILINEAR)


def letterbox(picture):
    scale = min(SIDE / picture.width, SIDE / picture.height)
    small = picture.resize((int(picture.width * scale), int(picture.height * scale)), Image.BILINEAR)
    canvas = Image.new("RGB", (SIDE, SIDE), PAD)
    canvas.paste(small, (0, 0))
    return canvas


def crop(picture):
    scale = SHORT / min(picture.size)
    small = picture.resize((int(picture.width * scale), int(picture.height * scale)), Image.BILINEAR)
    left, top = round((small.width - SIDE) / 2), round((small.height - SIDE) / 2)
    return small.crop((left, top, left + SIDE, top + SIDE))


for name in ("photograph.jpg", "turned.jpg", "glass.png"):
    for fit in (stretch, letterbox, crop):
        fit(opened(name)).save(HERE / f"{name}.{fit.__name__}.png", optimize=True)
