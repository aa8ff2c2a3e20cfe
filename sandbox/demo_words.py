"""The words that names of demo accounts are put together from; none of them names a customer."""

SURNAMES = (
    "Abernathy", "Bains", "Beaulieu", "Campbell", "Chan", "Charlie", "Chow", "Cormier", "Dhaliwal", "Dubois",
    "Ferguson", "Fournier", "Gill", "Grewal", "Hansen", "Hernandez", "Ito", "Jack", "Joseph", "Kaur", "Kim",
    "Kowalski", "Lam", "Leung", "MacDonald", "McKay", "Morin", "Nakamura", "Nguyen", "O'Brien", "Olsen", "Park",
    "Pelletier", "Petrenko", "Pham", "Reyes", "Sandhu", "Santos", "Sidhu", "Singh", "Sinclair", "Tanaka",
    "Thompson", "Tremblay", "Vandenberg", "Wallace", "Williams", "Wong", "Yang", "Zhang",
)  # fmt: skip

GIVEN_NAMES = (
    "Aisha", "Amrit", "Benoit", "Brenda", "Carmen", "Colin", "Daniel", "Deepa", "Elise", "Erin", "Fatima", "Gordon",
    "Harpreet", "Hiro", "Ingrid", "Jasmine", "Joanne", "Kenji", "Lars", "Linh", "Manjit", "Marcel", "Mei", "Nadia",
    "Owen", "Patricia", "Raj", "Renee", "Rosa", "Scott", "Simran", "Tomas", "Ursula", "Wei", "Yvonne",
)  # fmt: skip

PLACES = (
    "Abbotsford", "Burrard", "Cariboo", "Chilcotin", "Comox", "Cowichan", "Dogwood", "Fraser", "Garibaldi", "Kelowna",
    "Kootenay", "Monashee", "Nanaimo", "Nechako", "Okanagan", "Pacific", "Peace River", "Prince George", "Revelstoke",
    "Saanich", "Salish", "Shuswap", "Skeena", "Squamish", "Stikine", "Thompson", "Tofino", "Vernon", "Victoria",
)  # fmt: skip

TRADES = (
    "Auto Recovery", "Cedar Products", "Construction", "Credit Union", "Dental", "Drywall", "Electric", "Finance",
    "Fisheries", "Floors", "Forestry", "Freight", "Greenhouses", "Heating", "Holdings", "Landscaping", "Leasing",
    "Marine", "Mechanical", "Motors", "Orchards", "Paving", "Plumbing", "Properties", "Ranching", "Roofing", "RV Sales",
    "Seafoods", "Title Search", "Towing", "Trailers", "Trucking", "Ventures", "Wineries",
)  # fmt: skip

FORMS = ("LTD.", "INC.", "CORP.", "LIMITED", "CO-OPERATIVE", "ULC")

PROFESSIONS = ("LLP", "LAW CORPORATION", "NOTARIES PUBLIC", "& ASSOCIATES", "REGISTRY AGENTS INC.")

MINISTRIES = (
    "AGRICULTURE", "ATTORNEY GENERAL", "CHILDREN AND FAMILIES", "CITIZENS' SERVICES", "EDUCATION", "ENVIRONMENT",
    "FINANCE", "FORESTS", "HEALTH", "HOUSING", "LABOUR", "LAND STEWARDSHIP", "PUBLIC SAFETY", "TRANSPORTATION",
)  # fmt: skip
