"""The types that contracts are made of: what a name, a price, an address may be."""

import re
from typing import Annotated
from uuid import UUID

from lineup.money import Money
from lineup.validation import FieldCode
from lineup.values import addresses, mail, people
from lineup.values.bad_value import BadValueError
from lineup.values.rules import (
    Amount,
    Entries,
    Items,
    Text,
    Whole,
)

# Text

Name = Annotated[str, Text(shortest=1, longest=100, is_trimmed=True)]
OptionalName = Annotated[str, Text(longest=100, is_trimmed=True)]
Line = Annotated[str, Text(longest=300, is_trimmed=True)]
Note = Annotated[str, Text(longest=500, is_trimmed=True)]
Reason = Annotated[str, Text(shortest=1, longest=500, is_trimmed=True)]
"""Why something is done, where that must be said."""
Word = Annotated[str, Text(longest=60, is_trimmed=True)]
Search = Annotated[str, Text(longest=200)]
"""Still fits an address when every character is escaped."""
Token = Annotated[str, Text(longest=200)]
Title = Annotated[str, Text(shortest=1, longest=500, is_trimmed=True)]
"""What a playlist or a guide calls something: longer than people would."""
OptionalTitle = Annotated[str, Text(longest=500, is_trimmed=True)]
Sku = Annotated[str, Text(longest=100, is_trimmed=True)]
ExternalId = Annotated[str, Text(longest=100, is_trimmed=True)]
"""What another system calls a customer or product; empty: nothing."""

# Signing in

Username = Annotated[
    str,
    Text(
        shortest=people.LEAST_USERNAME,
        longest=people.MOST_USERNAME,
        parse=people.username,
        example="anna",
        code=FieldCode.USERNAME_LENGTH,
        message="3 to 64 characters.",
    ),
]
ServiceId = Annotated[
    str,
    Text(
        longest=40,
        is_trimmed=True,
        pattern="[a-z0-9][a-z0-9-]{1,39}",
        example="north-tv",
        code=FieldCode.SERVICE_ID_INVALID,
        message="2 to 40 lowercase letters, digits and hyphens.",
    ),
]
"""What tells a partner's logins from those of others; empty: nothing."""
NewPassword = Annotated[
    str,
    Text(
        longest=128,
        parse=people.new_password,
        example="correct horse battery",
        code=FieldCode.PASSWORD_LONG,
        message="At most 128 characters.",
    ),
]
"""How short one may be depends on whose it is."""
Password = Annotated[str, Text(longest=1000)]
"""One that is compared with what was set."""

PlayerUsername = Annotated[
    str,
    Text(
        shortest=6,
        longest=100,
        pattern=f"{people.PLAYER_CHARACTERS}+",
        parse=str.lower,
        example="anna.livingroom",
        message="6 to 100 letters, digits and . _ - @ without spaces.",
    ),
]
"""What a player signs in with; capitals mean nothing."""
PlayerPassword = Annotated[
    str,
    Text(
        shortest=4,
        longest=25,
        pattern=f"{people.PLAYER_CHARACTERS}+",
        example="rain-in-may-7",
        message="4 to 25 letters, digits and . _ - @ without spaces.",
    ),
]
OptionalPlayerPassword = Annotated[
    str,
    Text(
        longest=25,
        pattern=f"{people.PLAYER_CHARACTERS}{{4,}}",
        example="rain-in-may-7",
        message="4 to 25 letters, digits and . _ - @ without spaces.",
    ),
]

# People

MailAddress = Annotated[
    str,
    Text(
        shortest=1,
        longest=mail.LONGEST,
        is_trimmed=True,
        parse=mail.mail_address,
        example="anna@tv.example",
        form="email",
        code=FieldCode.EMAIL_INVALID,
        message="Enter a valid email address.",
    ),
]
OptionalMailAddress = Annotated[
    str,
    Text(
        longest=mail.LONGEST,
        is_trimmed=True,
        parse=mail.mail_address,
        example="anna@tv.example",
        code=FieldCode.EMAIL_INVALID,
        message="Enter a valid email address.",
    ),
]
Phone = Annotated[str, Text(longest=40, is_trimmed=True)]
Country = Annotated[
    str,
    Text(
        longest=2,
        is_trimmed=True,
        parse=people.country,
        example="NL",
        code=FieldCode.COUNTRY_UNKNOWN,
        message="Choose a country from the list.",
    ),
]
Pin = Annotated[
    str,
    Text(
        longest=4,
        pattern="[0-9]{4}",
        example="1234",
        code=FieldCode.PIN_INVALID,
        message="Enter four digits, or leave empty.",
    ),
]
Mobile = Annotated[
    str,
    Text(
        longest=40,
        is_trimmed=True,
        parse=people.mobile,
        example="+31612345678",
        code=FieldCode.MOBILE_INVALID,
        message="Give the number in international form: +31…",
    ),
]
Mac = Annotated[
    str,
    Text(
        longest=40,
        is_trimmed=True,
        parse=people.mac,
        example="00:1A:79:12:34:56",
        code=FieldCode.MAC_INVALID,
        message="Enter a MAC address such as 00:1A:79:12:34:56.",
    ),
]
Seconds = Annotated[
    int,
    Whole(
        least=0,
        most=24 * 3600,
        code=FieldCode.SECONDS_INVALID,
        message="From 0 (never) to 86400 seconds.",
    ),
]


TimeZone = Annotated[
    str,
    Text(
        longest=64,
        parse=people.time_zone,
        example="Europe/Paris",
        code=FieldCode.TIME_ZONE_UNKNOWN,
        message="Enter a time zone such as Europe/Paris.",
    ),
]

# Money

Price = Annotated[Money, Amount(least=0, message="Must not be below zero.")]
Payment = Annotated[Money, Amount(least=1, message="Must be above zero.")]
Currency = Annotated[
    str,
    Text(
        longest=3,
        is_trimmed=True,
        parse=people.currency,
        example="EUR",
        code=FieldCode.CURRENCY_UNKNOWN,
        message="Enter a currency code such as EUR.",
    ),
]

# Numbers and lists

Packages = Annotated[list[UUID], Items(most=500)]
Chosen = Annotated[list[UUID], Items(most=10_000)]
"""Those of many that are meant."""

Months = Annotated[int, Whole(least=0, most=120)]
Days = Annotated[int, Whole(least=0, most=3660)]
Places = Annotated[int, Whole(least=1, most=1000)]
"""How many may watch at once, from so many devices or addresses."""
Port = Annotated[
    int, Whole(least=1, most=65535, message="A port is a number from 1 to 65535.")
]
ShiftMinutes = Annotated[int, Whole(least=-24 * 60, most=24 * 60)]
EveryHours = Annotated[int, Whole(least=1, most=24 * 14)]
ChannelNumber = Annotated[int, Whole(least=1, most=10**9)]
Percent = Annotated[int, Whole(least=0, most=100)]
CatchupDays = Annotated[int, Whole(least=0, most=365)]
SessionMinutes = Annotated[
    int,
    Whole(
        least=1,
        most=7 * 24 * 60,
        code=FieldCode.SESSION_OUT_OF_RANGE,
        message="Enter between one minute and one week.",
    ),
]

# Addresses

WebAddress = Annotated[
    str,
    Text(
        longest=addresses.LONGEST,
        is_trimmed=True,
        parse=addresses.web_address,
        example="https://tv.example/guide.xml.gz",
        code=FieldCode.ADDRESS_INVALID,
    ),
]
StreamAddress = Annotated[
    str,
    Text(
        longest=addresses.LONGEST,
        is_trimmed=True,
        parse=addresses.stream_address,
        example="http://streams.example/one.m3u8",
        code=FieldCode.ADDRESS_INVALID,
    ),
]
ArchiveTemplate = Annotated[
    str,
    Text(
        longest=addresses.LONGEST,
        is_trimmed=True,
        example="http://streams.example/one/archive?from={utc}&for={duration}",
    ),
]
PlayerLine = Annotated[
    str,
    Text(
        longest=1000,
        is_trimmed=True,
        pattern=r"#(EXTVLCOPT|KODIPROP):[A-Za-z][A-Za-z0-9_.-]*=.*|#EXTHTTP:\{.*\}",
        example="#EXTVLCOPT:http-user-agent=Box/1.0",
        code=FieldCode.PLAYER_LINE_INVALID,
        message="Such as #EXTVLCOPT:http-user-agent=Box/1.0.",
    ),
]
ChosenGroups = Annotated[list[OptionalTitle], Items(most=5000)]
PlayerLines = Annotated[list[PlayerLine], Items(most=20)]
PublicUrl = Annotated[
    str,
    Text(
        longest=300,
        is_trimmed=True,
        parse=addresses.public_url,
        example="https://tv.example",
        code=FieldCode.PUBLIC_URL_INVALID,
        message="Enter a URL such as https://tv.example.",
    ),
]
HostName = Annotated[
    str,
    Text(
        longest=253,
        is_trimmed=True,
        parse=addresses.host_name,
        example="mail.example",
        code=FieldCode.HOST_INVALID,
    ),
]
StreamHost = Annotated[
    str,
    Text(
        shortest=1,
        longest=255,
        is_trimmed=True,
        parse=addresses.stream_host,
        example="edge.example.net",
        code=FieldCode.HOST_INVALID,
        message="Enter a host such as edge.example.net or *.example.net.",
    ),
]
Network = Annotated[
    str,
    Text(
        shortest=1,
        longest=60,
        is_trimmed=True,
        parse=addresses.network,
        example="192.0.2.0/24",
        code=FieldCode.NETWORK_INVALID,
        message="Enter an IP address or a network such as 192.0.2.0/24.",
    ),
]
Networks = Annotated[list[Network], Items(most=50)]
StreamHosts = Annotated[list[StreamHost], Items(most=100)]
ShopDomain = Annotated[
    str,
    Text(
        longest=300,
        is_trimmed=True,
        parse=addresses.shop_domain,
        example="demo.myshopify.com",
        code=FieldCode.HOST_INVALID,
        message="Enter the domain, such as demo.myshopify.com.",
    ),
]
Upload = Annotated[
    str,
    Text(
        longest=200,
        pattern=r"uploads/[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*",
        example="uploads/guide.xml.gz",
        message="This is not a valid upload.",
    ),
]

HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
HEADER_VALUE = re.compile(r"[\x20-\x7e]{0,2000}")


def _header(name: str, value: str) -> tuple[str, str]:
    if not (HEADER_NAME.fullmatch(name) and HEADER_VALUE.fullmatch(value)):
        raise BadValueError(
            FieldCode.HEADER_INVALID, "These are not valid HTTP headers."
        )
    return name, value.strip()


def _header_change(name: str, value: str | None) -> tuple[str, str | None]:
    return (name, None) if value is None else _header(name, value)


HeaderChanges = Annotated[dict[str, str | None], Entries(most=20, parse=_header_change)]
Headers = Annotated[dict[str, str], Entries(most=20, parse=_header)]
