"""Words that rows are drawn from: many scripts, quotes, line breaks and other traps."""

GIVEN_NAMES = (
    "Ada", "Amélie", "Åsa", "Chloë", "Dagný", "Grace", "Ignacio", "Jürgen", "Kwame", "Łukasz",
    "Mai", "Nguyễn", "Olu", "Priya", "Siân", "Tomáš", "Zoë", "Ирина", "Ελένη", "يوسف", "נועה",
    "さくら", "지우", "伟",
)  # fmt: skip
FAMILY_NAMES = (
    "Adeyemi", "Brontë", "Castañeda", "D\u2019Souza",
    "Fjällström", "Garcia-López", "Hopper", "Ibáñez",
    "Kowalczyk", "Lovelace", "Müller", "O'Brien", "Öztürk", "Rossi", "Škoda", "van der Berg",
    "Кузнецов", "Παπαδόπουλος", "حداد", "לוי", "佐藤", "김", "王",
)  # fmt: skip
TRADES = (
    "Analytics", "Bäckerei", "Café", "Cloud", "Dätä", "Energía", "Fintech", "Frères", "Health",
    "Labs", "Logistics", "Média", "Robotics", "Telemetry", "Værktøj", "Water",
)  # fmt: skip
FORMS = (
    "AB",
    "B.V.",
    "GmbH & Co. KG",
    "Inc.",
    "K.K.",
    "Ltd",
    "Oy",
    "S.à r.l.",
    "SAS",
    "sp. z o.o.",
)
ODD_NAMES = (
    'Bobby "Tables" \\ Sons',
    "Line\nBreak & Tab\tLtd",
    "C:\\billing\\new",
    "株式会社シーケンス",
    "شركة الفواتير \u200f(ش.م.م)",
    "חשבוניות בע״מ",
    "Emoji 🚀👩‍👩‍👧 GmbH",
    "'; DROP TABLE customers; --",
    "Zażółć gęślą jaźń",
    "İstanbul ﬁnans ß",
    "e\u0301 next to é",
    "NULL",
    "  spaces around  ",
    "\U0001d4aeequence \u200bLtd",
    "<b>Bold</b> & Co",
    "Comma, Semicolon; Ltd",
)
PLACES = (
    ("London", "EC1A 1BB", "GB"),
    ("München", "80331", "DE"),
    ("São Paulo", "01310-100", "BR"),
    ("東京", "100-0001", "JP"),
    ("Zürich", "8001", "CH"),
    ("Αθήνα", "105 57", "GR"),
    ("القاهرة", "11511", "EG"),
    ("תל אביב", "6100000", "IL"),
)
STREETS = ("High Street", "Königsallee", "Rue de l'Église", "Avenida Álvares Cabral", "中山路")
STATES = (
    ("New York", "NY", "10001", "US"),
    ("San José", "CA", "95113", "US"),
    ("Montréal", "QC", "H2Y 1C6", "CA"),
    ("Toronto", "ON", "M5H 2N2", "CA"),
)
LABELS = (
    "Key account",
    "Churned?",
    "two\nlines",
    "tab\tseparated",
    "🟢 healthy",
    'said "yes"',
    "",
    "vorläufig",
    "重要",
)
SERVICES = (
    "Amazon_Redshift", "Google_BigQuery", "Google_Sheets", "HubSpot", "NetSuite",
    "QuickBooks_Online", "Salesforce", "Slack", "Snowflake", "Stripe", "Xero",
)  # fmt: skip
PROPERTIES = (
    ("region", ("EMEA", "AMER", "APAC", "")),
    ("Account manager", ("Zoë", "Łukasz", "さくら")),
    ("crm.id", ("0015g00000XyZ", "42", "007")),
    ("notes", ("first\nsecond", "plain", "{}", "null")),
    ("größe", ("S", "M", "L")),
)
