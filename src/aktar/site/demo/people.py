"""Invented people: common Turkish names, reserved mail domains, telephone numbers that no one can have."""

from random import Random

_WOMEN = (
    "Ayşe Fatma Emine Hatice Zeynep Elif Meryem Merve Büşra Esra Kübra Özlem Derya Gamze Pınar Selin Ebru Sevgi "
    "Yasemin Nazlı Deniz Ceren Duygu Gizem İrem Melis Aslı Burcu Hande Ece Defne Nehir Sıla Tuğba Şeyma Rabia"
).split()
_MEN = (
    "Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim Murat Ömer Yusuf Emre Burak Can Kerem Ege Mert Onur Serkan "
    "Tolga Uğur Volkan Barış Cem Kaan Arda Efe Furkan Gökhan Hakan İlker Koray Levent Oğuz Selim Tarık Yiğit"
).split()
_FAMILIES = (
    "Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç "
    "Kurt Özkan Şimşek Polat Korkmaz Karataş Çakır Erdoğdu Güneş Acar Bulut Tekin Aksoy Taş Güler Keskin Ateş "
    "Uçar Turan Yavuz Sönmez Bozkurt Işık Ünal Gül Duman Avcı Ceylan Toprak Ekinci Sarı Tunç Gündüz Ergin Uysal"
).split()
_ASCII = str.maketrans("çğıöşüÇĞİÖŞÜI", "cgiosucgiosui")

FIRST_NAMES = (*_WOMEN, *_MEN)

STREETS = (
    "Lale Sokak|Gül Sokak|Menekşe Sokak|Çınar Sokak|Zambak Sokak|Akasya Caddesi|Papatya Sokak|Barış Caddesi|"
    "Okul Caddesi|Çeşme Sokak|Ihlamur Sokak|Zeytin Sokak|Pınar Sokak|Nergis Sokak|Karanfil Sokak|Dere Sokak"
).split("|")


def full_name(chance: Random) -> tuple[str, str]:
    """Make up a first name and a family name."""
    return chance.choice(FIRST_NAMES), chance.choice(_FAMILIES)


def mail_name(first_name: str, last_name: str) -> str:
    """Write a name as the part before the @, in plain letters."""
    return f"{first_name}.{last_name}".translate(_ASCII).lower()


def mobile_number(chance: Random) -> str:
    """Make up a mobile number; no subscriber number begins with 000."""
    return f"0555000{chance.randrange(10_000):04}"


def shop_number(number: int) -> str:
    """Give a location its telephone number in the 0850 range; no subscriber number begins with 000."""
    return f"0850000{number:04}"
