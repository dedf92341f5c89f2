"""Ids of lines by Hugging Face's `tokenizers` (BertNormalizer, BertPreTokenizer, WordPiece), and a vocabulary of its WordPieceTrainer.

Writes text/vocabulary.txt, 2,000 tokens, and text/wordpiece.json. The lines of the digests are made by a formula that the Swift test
writes out again; their code points are from blocks where the Unicode 8 of `tokenizers` says what later versions say.
"""

import collections
import hashlib
import os

import tokenizers
from tokenizers import models, normalizers, pre_tokenizers, trainers

import hash_values
import reference_files

SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = """the of and to in a is that it was for on are as with his they at be this from have or by one had not but what all were when we
there can an your which their said if do will each about how up out them then she many some so these would other into has more her two
like him see time could no make than first been its who now people my made over did down only way find use may water long little very
after words called just where most know get through back much before go good new write our used me man too any day same right look think
also around another came come work three word must because does part even place well such here take why things help put years different
away again off went old number great tell men say small every found still between name should home big give air line set own under read
last never us left end along while might next sound below saw something thought both few those always looked show large often together
asked house world going want school important until form food keep children feet land side without boy once animals life enough took
sometimes four head above kind began almost live page got earth need far hand high year mother light parts country father let night
following picture being study second eyes soon times story boys since white days ever paper hard near sentence better best across during
today others however sure means knew try told young miles sun thing whole hear example heard several change answer room sea against top
turned learn point city play toward five using himself usually question video subtitle object colour red green blue strasse cafe naive
uber istanbul i s t don m re ll ve resume running tokenization unaffable""".split()
ONSETS = ["b", "c", "ch", "d", "f", "g", "h", "k", "l", "m", "n", "p", "qu", "r", "s", "st", "t", "tr", "v", "w"]
VOWELS = ["a", "e", "i", "o", "u", "ea", "ou"]
CODAS = ["", "n", "r", "s", "t", "ng"]
OTHERS = "äöüßæøåıłđðþαβγδεζηθικλμνξοπρςστυφχψωабвгдежзийклмнопрстуфхцчшщъыьэюяאבגדהוזחטיךכלםמןנסעףפץצקרשתءابتثجحخدذرزسشصضطظعغفقكلمنهويअकखगतनमरलसािी"
ALONE = "中文日本語学生人大小豈𠀀，。、！？；：（）«»“”‘’„…–—·¿¡§¶†‡₿€£¥©®™°±×÷½¼²³¹∀∂∑√∞≈⁉♥★→😀👍👩💻🇩🇪ᄀᄁ가각ᅡᆨ"
# First and last code points of blocks, each as likely as the others.
BLOCKS = [(0x20, 0x7E), (0x20, 0x7E), (0x61, 0x7A), (0x00, 0x20), (0xA0, 0x24F), (0x300, 0x34E), (0x370, 0x3FF), (0x400, 0x52F), (0x5D0, 0x5EA),
          (0x620, 0x64A), (0x64B, 0x65F), (0x905, 0x939), (0x93A, 0x94F), (0x1100, 0x11FF), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x20A0, 0x20B5),
          (0x20D0, 0x20F0), (0x2190, 0x22FF), (0x302A, 0x302F), (0x3041, 0x30FF), (0x4E00, 0x4FFF), (0xAC00, 0xD7A3), (0xE000, 0xE0FF),
          (0xF900, 0xFA6D), (0xFE00, 0xFE0F), (0xFF01, 0xFFBE), (0xFFF9, 0xFFFF), (0x1D158, 0x1D182), (0x1F300, 0x1F5FF),
          (0x20000, 0x200FF), (0x2B7F0, 0x2B81D), (0x2F800, 0x2F8FF), (0xE0100, 0xE01EF), (0xF0000, 0xF00FF)]
LINES = [
    "", " ", "the question", "What is the blue thing that goes down?", "Hello, World!", "don't  won't\tit's\nnew\r\nline", "unaffable tokenization runningly",
    "UPPER lower MiXeD", "a.b,c;d:e!f?g", "$5.00 + 7% = ~12 ^ `x` | {y} <z> @me #tag a_b", "[CLS] the [SEP] [MASK] [UNK] [PAD]", "## ##ing a##b",
    "café cafe\u0301 CAFÉ CAFE\u0301", "naïve résumé über Ångström Åland A\u030Angstro\u0308m", "straße STRASSE ẞ ß", "İstanbul ISTANBUL ıstanbul Iğdır",
    "i̇ I\u0307", "ΟΔΥΣΣΕΥΣ ὈΔΥΣΣΕΎΣ σοφός ΣΟΦΌΣ", "ᾼ ᾳ ΐ ΰ ῧ", "Ǆ ǅ ǆ Ǉ ǋ ǲ", "ﬁ ﬂ ﬃ ﬀ", "№ ℡ ™ ℵ K Å Ω", "x² x³ ½ ⅓ ⅷ Ⅷ ① ⓐ Ⓐ",
    "中文", "日本語の学生", "中a文b", "a中", "豈 豈 \U0002F800 \u8c48", "𠀀𠀁", "\U0002B740\U0002B81D", "\U0002B820\U0002B821 \U0002B91F\U0002B920", "カタカナ ガ か\u3099 が ｶﾞ", "ひらがな。、！",
    "한국어 가각간", "각 가\u11a8 \u1100\u1161\u11a8", "가나다라마바사", "\ud7a3 \uac00", "👍", "😀😀 a😀b", "👩‍💻 👩 💻", "👨‍👩‍👧‍👦", "🇩🇪 🇩 🇪", "👍🏽", "❤️ ❤", "1️⃣ #️⃣",
    "a\u0000b", "a\u0001b\u001fc", "a\u007fb\u0080c\u0085d", "a\u000bb\u000cc", "a\u001cb\u001dc", "a\tb\nc\rd", "tab\there", "\ufeffbom \ufeff", "soft\u00adhyphen \u00ad",
    "zero\u200bwidth \u200b", "zero\u200cwidth\u200djoiner\u2060word", "left\u200eright\u200fmarks \u202aembedded\u202c", "no\u00a0break\u202fspace\u3000wide\u2003em\u1680ogham",
    "line\u2028para\u2029end", "mongolian\u180espace", "\ufffd a\ufffdb \ufffc", "\ufffe \uffff a\uffffb", "\ue000 a\ue000b \U000F0000 \U0010FFFD", "\u0378 a\u0378b \U0001FFFF \U000E0FFF",
    "\U000E0001\U000E0041 tags", "a\U000E0100b", "a\u0300\u0323b a\u0323\u0300b", "q\u0307\u0323 q\u0323\u0307", "\u0300a \u0301", "a\u034fb a\u0315\u0300\u05ae\u0062",
    "\u302e\u302a\u302f\u302b", "a\u302f\u0300\u302eb", "\U0001D157\U0001D165 \U0001D15E \U0001D15F\U0001D16D\U0001D165", "\U0001D158\U0001D16D\U0001D165\U0001D16E", "\U0001D158\U0001D16D\u0000\U0001D165", "\U0001D158\U0001D16D\u034f\U0001D165",
    "\U0001D158\U0001D16D\u00ad\U0001D165b", "\U0001D158\U0001D16D \U0001D165", "\U0001D158\U0001D16Da\U0001D165", "\U0001D16D中\U0001D165", "\U0001D16D가\U0001D165", "\U0001D16Dé\U0001D165", "\U0001D160\U0001D165\U0001D160", "a\u302e\U0001D165\U0001D16D",
    "a\u20ddb a\u20e3", "a\u0488b", "שלום עולם", "שָׁלוֹם בְּרֵאשִׁית", "שׁ שׂ אַ ﭏ", "السلام عليكم", "مُحَمَّد آ أ إ ؤ ئ", "لا ﻻ ﷲ ﷺ", "مرحبا؟ ،؛", "हिन्दी नमस्ते क़ क\u093c", "தமிழ் மொழி கொ", "ไทย ภาษาไทย กำ", "ລາວ ᠮᠣᠩᠭᠣᠯ",
    "Привет, мир! Ёлка ёлка й Й", "їжак Її Ґ", "ѐ ѝ ӂ Ӑ", "Ελληνικά ά έ Ή Ώ ϊ", "ÀÁÂÃÄÅ ÈÉÊË ÌÍÎÏ ÒÓÔÕÖ ÙÚÛÜ Ý Ÿ Ñ Ç", "Ł ł Đ đ Ø ø Ħ ħ Æ æ Œ œ", "Ḁ ḁ Ẕ ẕ ẛ ẞ Ế ế Ự ự", "Việt Nam Tiếng Việt", "≠ ≮ ≯ a≠b", "\u037e \u0387 \u1fef a\u1fefb", "\u2329x\u232a \u3008y\u3009", "\u2000 \u2001a\u2002b",
    "\u212a \u212b \u2126", "\u2adc \u0344 \u0340 \u0341 \u0343", "\u0f73 \u0f75 \u0f81 \u0f71\u0f72", "“quoted” ‘single’ „low” «guillemets»", "em—dash en–dash hy-phen … ·", "¿qué? ¡sí! §1 ¶ † ‡ • ‰ ‹›", "€5 £6 ¥7 ₿8 ¢9", "© ® ™ ° ± × ÷ ¬ ¦ ¨ ´ ¸", "→ ← ↑ ∀x∈ℝ ∑ √2 ∞ ≈", "♥★☆♫",
    "z" * 99, "z" * 100, "z" * 101, "the" * 33, "the" * 34, "é" * 100, "é" * 101, "e\u0301" * 100, "中" * 101, "가" * 50, "가" * 51, "ö" * 51, "a\u200b" * 100, "a\u200b" * 101, "\U0001D158" * 100, "\U0001D158" * 101, "the" + "." * 150,
    "qzxj", "theqzxj", "the\u4dbf", "thé", "thingꙮ", "it's 3:45pm on 2026-01-31", "e.g. i.e. U.S.A. etc...", "http://example.org/a?b=c&d=e", "me@example.org", "C:\\path\\file.txt", "1,000,000.00", "0x1F", "a--b", "wait...what?!", "(parenthesised) [bracketed] {braced}",
    "ʼn ŉ ǰ ẖ", "\u1e9b\u0323 \u1e69 s\u0323\u0307 s\u0307\u0323", "\u03d3 \u03d4 \u03f4 \u03f9", "\u10a0 \u10d0 \u1c80", "\u2c00 \u2c30 \ua640 \ua641", "\U00010400 \U00010428", "Ａｂｃ１２３！？", "ｱｲｳ ﾡ", "\u3164 \u115f \u1160", "\u0e33 \u0eb3", "\u00b5 \u03bc \u017f \u0345",
]


def vocabulary():
    """Special tokens, characters, characters and syllables inside words, words."""
    printable = [chr(code) for code in range(0x21, 0x7F) if not chr(code).isupper()]
    letters = [character for character in printable if character.isalnum()] + list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    syllables = [onset + vowel + coda for onset in ONSETS for vowel in VOWELS for coda in CODAS]
    whole = printable + list("ABCDEFGHIJKLMNOPQRSTUVWXYZ") + list(OTHERS) + list(ALONE) + WORDS
    parts = [character for character in letters if character not in "qzj"] + list(OTHERS) + ["ing", "ed", "ly", "s", "er", "able", "ization", "\u0301", "\u302e"]
    marks = ["\U0001D158", "\U0001D165", "\u302e", "\U0001D158\U0001D165\U0001D16D", "\u302e\u302f", "é", "É", "e\u0301", "Straße", "The", "ς", "\U0002B820"]
    tokens = SPECIALS + whole + marks + ["##" + part for part in parts]
    # Every third syllable is a word, the others are parts: the longest match is not always on a syllable's border.
    tokens += [syllable if index % 3 == 0 else "##" + syllable for index, syllable in enumerate(syllables)]
    tokens = list(dict.fromkeys(tokens))
    rest = [f"{first}{second}" for first in syllables for second in ["ing", "er", "ed", "ly"]]
    tokens += [token for token in rest if token not in set(tokens)][: 2000 - len(tokens)]
    assert len(tokens) == 2000 and len(set(tokens)) == 2000, len(tokens)
    return tokens


def write_vocabulary(tokens):
    path = reference_files.folder() / "text" / "vocabulary.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".partial")
    temporary.write_bytes("".join(f"{token}\n" for token in tokens).encode())
    os.replace(temporary, path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tokenizer(tokens, lowercase):
    ids = {token: index for index, token in enumerate(tokens)}
    made = tokenizers.Tokenizer(models.WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=100))
    made.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=lowercase)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return made


def made_lines(count):
    """Draws of "wordpiece lines" one after the other say: how many pieces, then for each which kind, which syllables, words or code points."""
    draws = iter(hash_values.fractions("wordpiece lines", [80 * count]))

    def below(limit):
        return int(next(draws) * limit)

    syllable = lambda: ONSETS[below(len(ONSETS))] + VOWELS[below(len(VOWELS))] + CODAS[below(len(CODAS))]
    lines = []
    for _ in range(count):
        line = ""
        for _ in range(1 + below(12)):
            kind = below(8)
            if kind < 2:
                line += WORDS[below(len(WORDS))] + " "
            elif kind < 4:
                line += "".join(syllable() for _ in range(1 + below(4))) + " "
            elif kind < 5:
                line += syllable().upper()
            else:
                for _ in range(1 + below(3)):
                    first, last = BLOCKS[below(len(BLOCKS))]
                    line += chr(first + below(last - first + 1))
        lines.append(line)
    return lines


def digest(ids):
    """FNV-1a of the ids as 16 hexadecimal digits, each line followed by its count of ids."""
    state = hash_values.FNV_OFFSET
    for line in ids:
        for value in line + [len(line)]:
            state = ((state ^ value) * hash_values.FNV_PRIME) % hash_values.MODULUS
    return f"{state:016x}"


def trained():
    """Words with counts such that at each step one pair alone is the most frequent: ties settle nothing."""
    draws = [int(value) >> 11 for value in hash_values.raw("trained words 37", 8 * 400)]
    words = {}
    for start in range(0, len(draws), 8):
        length, count = 1 + draws[start] % 6, 1 + draws[start + 7] % 997
        words["".join("abdeilnt"[draw % 8] for draw in draws[start + 1: start + 1 + length])] = count
    return words


def joined_naively(words, size):
    """The vocabulary by counting all pairs anew at each step; asserts that no two pairs are the most frequent."""
    split = {word: [word[0]] + ["##" + character for character in word[1:]] for word in words}
    tokens = SPECIALS + sorted({character for word in words for character in word})
    tokens += sorted({part for parts in split.values() for part in parts[1:]})
    while len(tokens) < size:
        pairs = collections.Counter()
        for word, parts in split.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += words[word]
        (best, count), (_, second) = pairs.most_common(2)
        assert count > second, f"a tie at {len(tokens)} tokens: {best}"
        token = best[0] + best[1].removeprefix("##")
        if token not in tokens:
            tokens.append(token)
        for word, parts in split.items():
            new = []
            for part in parts:
                if new and (new[-1], part) == best:
                    new[-1] = token
                else:
                    new.append(part)
            split[word] = new
    return tokens


def train(words, size):
    made = tokenizer(SPECIALS, True)
    trainer = trainers.WordPieceTrainer(vocab_size=size, special_tokens=SPECIALS, show_progress=False)
    made.train_from_iterator((" ".join([word] * count) for word, count in words.items()), trainer)
    found = made.get_vocab()
    return sorted(found, key=found.get)


def main():
    tokens = vocabulary()
    sha256 = write_vocabulary(tokens)
    uncased, cased = tokenizer(tokens, True), tokenizer(tokens, False)
    encode = lambda made, lines: [each.ids for each in made.encode_batch(lines, add_special_tokens=False)]
    cases = [{"text": text, "uncased": a, "cased": b} for text, a, b in zip(LINES, encode(uncased, LINES), encode(cased, LINES))]
    lines = made_lines(10_000)
    ids, cased_ids = encode(uncased, lines), encode(cased, lines)
    unknown = sum(line.count(1) for line in ids) / sum(len(line) for line in ids)
    assert 0.02 < unknown < 0.4, unknown
    words, size = trained(), 125
    expected, found = joined_naively(words, size), train(words, size)
    # The trainer numbers what stands inside words in the order of a hash table, so the alphabet is compared as a set.
    alphabet = sum(len(token.removeprefix("##")) == 1 for token in expected) + len(SPECIALS)
    assert found[alphabet:] == expected[alphabet:] and set(found) == set(expected)
    reference_files.write("wordpiece.json", {
        "tokenizers": tokenizers.__version__, "vocabularySHA256": sha256, "lines": cases,
        "words": WORDS, "onsets": ONSETS, "vowels": VOWELS, "codas": CODAS, "blocks": BLOCKS,
        "unknownShare": round(unknown, 6),
        "uncasedDigests": [digest(ids[start: start + 100]) for start in range(0, len(ids), 100)],
        "casedDigests": [digest(cased_ids[start: start + 100]) for start in range(0, len(ids), 100)],
        "trainedWords": [{"word": word, "count": count} for word, count in words.items()],
        "trainedVocabulary": expected,
    }, part="text")


if __name__ == "__main__":
    main()
