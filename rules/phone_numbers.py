"""When two spellings are one telephone number: country code and outside-line digit aside."""

_DIGITS_MIN = 3  # less than an extension cannot be called back
_CN_MOBILE_WITH_CODE = 13  # 86 and eleven digits
_CN_FIXED_WITH_CODE = range(11, 14)  # 86, area code without its 0, seven or eight digits


def number_key(number: str) -> str:
    """The digits that matter, or "" for what cannot be dialled (anonymous, unknown, empty)."""
    digits = "".join(filter(str.isdecimal, number)) if not number.isdecimal() else number
    if len(digits) < _DIGITS_MIN:
        return ""
    if number.startswith("+86"):
        return _national(digits[2:])
    if digits.startswith("0086"):
        return _national(digits[4:])
    if digits.startswith("861") and len(digits) == _CN_MOBILE_WITH_CODE:
        return digits[2:]
    return digits


def dialled_keys(number: str) -> tuple[str, ...]:
    """Keys a caller's number may have who is reached by dialling `number`: with or without a leading 0, 9 or both."""
    key = number_key(number)
    if not key:
        return ()
    bare = key[1:] if key[0] in "09" else key
    outside = (number_key(bare), bare.removeprefix("0")) if key[0] == "9" else ()  # 9 and what one dials at home
    return tuple(dict.fromkeys(one for one in (key, bare, "0" + key, "9" + key, *outside) if one))


def _national(digits: str) -> str:
    """A Chinese number without its country code as it is dialled at home: fixed lines get their 0 back."""
    if digits.startswith(("0", "1")) or len(digits) + 2 not in _CN_FIXED_WITH_CODE:
        return digits
    return "0" + digits
