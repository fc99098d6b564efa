"""How numbers are said."""

_SIZES = ((1e9, "G"), (1e6, "M"), (1e4, "k"))
_TEN, _HUNDRED, _FEW = 10.0, 100.0, 0.005
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_TWO = 2


def number(value: float) -> str:
    """Write a number shortly: 0.42, 3.4, 41, 1,240, 12.5k, 3.5M."""
    size = abs(value)
    for limit, sign in _SIZES:
        if size >= limit:
            least = 1e3 if sign == "k" else limit
            short = value / least
            return f"{short:.0f}{sign}" if abs(short) >= _HUNDRED else f"{short:.1f}{sign}"
    if size >= _TEN or value == int(value):
        return f"{value:,.0f}"
    if size < _FEW:
        return "0"
    return f"{value:.1f}" if size >= 1 else f"{value:.2f}"


def span(seconds: float) -> str:
    """Write how long something took or lasts: 14 s, 3 min, 2 h, 4 days."""
    if seconds < _TWO * _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _TWO * _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.0f} h" if seconds < _TWO * _DAY else f"{seconds / _DAY:.0f} days"


def time(ms: float) -> str:
    """Write a time that is counted in milliseconds: 0.8 ms, 38 ms, 1.2 s."""
    return f"{number(ms)} ms" if ms < 1000 else f"{number(ms / 1000)} s"  # noqa: PLR2004 - a second


def share(percent: float) -> str:
    """Write a share: 0.4 %, 12 %."""
    return f"{number(percent)} %"


def against(now: float, usual: float) -> str:
    """Say a number against what is usual: ``71 % under the usual 41``, ``12 times the usual 68``."""
    if usual > 0 and now >= _TWO * usual:
        return f"{number(now / usual)} times the usual {number(usual)}"
    if usual <= 0:
        return f"usual is {number(usual)}"
    percent = abs(now - usual) / usual * 100
    return f"{number(percent)} % {'over' if now > usual else 'under'} the usual {number(usual)}"
