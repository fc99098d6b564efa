"""What the abbreviations in the till's product list mean. Data, not code: one entry a line of thought."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _entries(text: str) -> dict[str, str]:
    entries = text.strip().replace("\n", "|").split("|")
    return dict(entry.split("=", 1) for entry in entries)


WORDS: dict[str, str] = _entries("""
FRZN=frozen|FRZ=frozen|FRZE=frozen|MISC=assorted|MISC.=assorted|MISCELLANEOUS=assorted|SFT=soft|DRNK=drink|DRNKS=drinks|BTL=bottle
BTLS=bottles|CARB=carbonated|NON-CARB=still|NON-CRBNTD=still|DRNKING=drinking|DRNKNG=drinking|MNERAL=mineral|MNRL=mineral|MNR=mineral
FLVRD=flavored|FLVR=flavored|FLV=flavored|FLAV=flavored|JCE=juice|JUIC=juice|JUI=juice|JU=juice|WTR=water|WAT=water|WATE=water
DNRS=dinners|DNR=dinner|DRNRS=drainers|SS=single-serve|SGL=single|SV=serve|SNGL=single|SRV=serve|MLT-PK=multi-pack|MULT=multi|PK=pack
MULTI-PK=multi-pack|PKG=packaged|PKGD=packaged|PRSLC=sliced|PRESLC=sliced|PRESLCD=sliced|PPK=packed|PRPCK=packed|PREPACK=packed
DPS-PRPCK=dips|PREPORTND=portioned|SW=sweet|SWT=sweet|SWE=sweetener|SWEE=sweetener|SWEETEN=sweetener|GDS=goods|CHIX=chicken
CHICK=chicken|CHIC=chicken|FD=food|FDS=foods|PREP=prepared|PREPRD=prepared|STK=steak|CHP=chop|SLC=slice|GRND=ground|SHLDR=shoulder
WH=whole|WHL=whole|PORT=portion|PORTON=portions|BRD=breaded|BRST=breast|BRSKT=brisket|BLY=belly|FLNK=flank|PLT=plate|SHNK=shank
PTTY=patties|LNCHMT=lunch meat|LUNCHMEAT=lunch meat|SAUS=sausage|SAL=salads|VEG=vegetables|PICKLD=pickled|CND=canned|CAN=canned
CATFD=cat food|DOGFD=dog food|SUP=super|PREM=premium|REFRIG=refrigerated|REFRI=refrigerated|REFRGRATD=refrigerated
REFIGERATED=refrigerated|SPECILATY=specialty|SPEC=specialty|SPECLTY=specialty|DECAF=decaffeinated|FEM=feminine|FEM.=feminine
HYGN=hygiene|HYGN.=hygiene|HYGN.NAPKINS=hygiene napkins|DEOD=deodorant|DIPILATORIES=depilatories|DECORS=decorations|SYRP=syrup
LOZNG-DRP=lozenges and drops|XPCTRNT=expectorant|ELSTC=elastic|BNDGES=bandages|SUPRT=support|LINAMENTS=liniments|NTRTNL=nutritional
CNTRL=control|LIQS=liquids|LIQ=liquid|SUPP=supplement|SUPPLEMEN=supplements|SUPPLEMENT=supplement|HYDROCORTIZONE=hydrocortisone
HANDKE=handkerchiefs|HANDKERCHIEFS=handkerchiefs|CONTAINR=containers|PLSTC=plastic|CTLRYTBLCLTHSTTHPKSST=cutlery and tablecloths
BA=bags|CLOT=cloths|ACCES=accessories|ACCESS.=accessories|ACCESS=accessories|ACCSS=accessories|ACCS=accessories|ACC=accessories
ACCESSIORES=accessories|ACCES:TOWEL=accessories, towel|ASCEPTIC=aseptic|PWDRS=powders|PWDR=powder|CRYSTL=crystal|MX=mixes|MXS=mixes
MLK=milk|CHOC=chocolate|BTR=butter|PNUT=peanut|PNT=peanut|SALD=salad|DRSNG=dressing|SNDWCH=sandwich|SPRD=spread|BKD=baked|BRKFST=breakfast
WHLSM=wholesome|BN=bean|DSH=dish|SHERBTS=sherbets|TISS=tissue|SNKS=snacks|CKYS=cookies|CRKR=crackers|CNDY=candy|SUPPPLIES=supplies
MEMORABLILIA=memorabilia|DISPOSIBLE=disposable|CLEANG=cleaning|SWEETNERS=sweeteners|HBC=health and beauty|SPLY=supplies|NDAIRY=non-dairy
VAC=vacuum|PAC=pack|TORT=tortilla|SANDWIC=sandwiches|WRA=wraps|DINE=dine|BEERALEMALT=beer, ale and malt|SPHE=film|LRG=large|SWIN=swim
PNCH=punch|OJ=orange juice|CRMD=creamed|CILANTO=cilantro|CRSTDAS=crustadas|OCCAS=occasions|SCE=sauce|MARINAD=marinades|MARINA=marinade
SAUCESSALSAPICANTEE=sauces, salsa, picante|CRABETC=crab etc|GERBS=gerberas|SEAFOOD-FRE=fresh seafood|SEAFOOD-FRZ=frozen seafood|BR=bread
SEAFOOD-MISC=seafood|NAT=natural|REG=regular|FLO=floral|CONC=concentrate|COMBIN=combined|INCL=|EXCP=|EXC=|EXCE=|EXCEPT=except|EX=|RW-ALL=
RW=|SH=|ET=|N/A=|PARTYY=party|CRACKE=crackers|COOKI=cookies|UNSWE=unsweetened|NUT SUPP=supplement|JHOOK=hanging display|QSR=quick service
CKTLS=cocktails|LTR=lighter|CIG=cigarette|RTS=ready-to-serve|RTD=ready-to-drink|IWS=wrapped|CV=|HH=household|INF-TODD=infants
STR=storage|UNDERGARMEN=undergarments|PRODUC=products|PRODU=products|PROOF=proof|PROO=proof|ACTIVATI=activation|CLEANE=cleaner
CHILDREN=children's|WOMEN=women's|MENS=men's|WOMENS=women's|LADIES=ladies'|BOYS=boys'|GIRLS=girls'|DVD=DVD|DVDS=DVDs|TV=TV|CD=CD
BBQ=barbecue|NZ=New Zealand|AUSTRALIAN=Australian|ITALIAN=Italian|FRENCH=French|MEXICAN=Mexican|JAPANESE=Japanese|THAI=Thai|GERMAN=German
SPANISH=Spanish|GREEK=Greek|ASIAN=Asian|AMERICAN=American|HISPANIC=Hispanic|ORIENTAL=Asian|INDIAN=Indian|IRISH=Irish|POLISH=polish
ENGLISH=English|CANADIAN=Canadian|CARIBBEAN=Caribbean|CENTRAL=Central|CHRISTMAS=Christmas|EASTER=Easter|HALLOWEEN=Halloween|XMAS=Christmas
VALENTINE=Valentine|HALLOWEN=Halloween|KOSHER=kosher|MAYBELLINE=Maybelline|COVERGIRL=CoverGirl|REVLON=Revlon|ALMAY=Almay|LOREAL=L'Oréal
SALLY=Sally|HANSEN=Hansen|BONNE=Bonne|BELL=bell|LEGGS=L'eggs|HANES=Hanes|BARBIE=Barbie|FISHER=Fisher|KODAK=Kodak|LEVI=Levi|MINS=minutes
CHOCOCLATE=chocolate|BAGS-CHOCOCLATE=bags, chocolate|BAGS-CHOCOLATE=bags, chocolate|BOX-CHOCOLATE=box, chocolate|BAGS-NON=bags, non
NON-CHOCOL=non-chocolate|NON-CHOCOLA=non-chocolate|CHOCOL=chocolate|SPF=SPF|DXM=DXM|PSE=PSE|PROTIEN=protein|PRESHCOOL=preschool|USDA=USDA
DEPT=department|GM=general|CRM=cream|WHT=white|VARIETAL=varietal|1.5LT=1.5 l|750ML=750 ml|CAKES:BIRTHDAY=cakes, birthday|BULK&BAG=loose or bagged
BULK&BA=loose or bagged|PCKGD=packaged|RX=|OTC=|PKLD=pickled|BAG=bag|CHS=cheese|NF=|GNG=ginger|GNGR=ginger|ORG=organizers|ORGNZRS=organizers
""")
"""From a word of the list to what it means; empty means that it says nothing to a shopper."""

PHRASES = {
    "SOFT DRINKS 12/18&15PK CAN CAR": "Soft drinks, cans, 12 to 18",
    "SOFT DRINKS 20PK&24PK CAN CARB": "Soft drinks, cans, 20 or 24",
    "SOFT DRINKS 6PK/4PK CAN CARB (": "Soft drinks, cans, 4 or 6",
    "SOFT DRINKS SINGLE CANS CARB (": "Soft drink, single can",
    "SOFT DRINKS CAN NON-CARB (EXCE": "Soft drinks, still, cans",
    "SOFT DRINK BOTTLE NON-CARB (EX": "Soft drink, still, bottle",
    "SFT DRNK 1 LITER BTL CARB (EXC": "Soft drink, 1-liter bottle",
    "SFT DRNK 2 LITER BTL CARB INCL": "Soft drink, 2-liter bottle",
    "SFT DRNK 3 LITER BTL CARB (EXC": "Soft drink, 3-liter bottle",
    "SFT DRNK MLT-PK BTL CARB (EXCP": "Soft drinks, bottles, multi-pack",
    "SFT DRNK SNGL SRV BTL CARB (EX": "Soft drink, single bottle",
    "FRZN SS PREMIUM ENTREES/DNRS/N": "Frozen dinner for one, premium, new style",
    "FRZN SS PREMIUM ENTREES/DNRS/T": "Frozen dinner for one, premium, traditional",
    "SS ECONOMY ENTREES/DINNERS ALL": "Frozen dinner for one, economy",
    "FRZN MULTI SERVE ENTREES ALL": "Frozen dinner to share",
    "CANDY BARS (SINGLES)(INCLUDING": "Candy bar",
    "RTS SOUP: CHUNKY/HOMESTYLE ET": "Ready soup, chunky, homestyle",
    "DAIRY CASE 100% PURE JUICE - O": "Pure orange juice, chilled",
    "DAIRY CASE 100% PURE JUICE OTH": "Pure fruit juice, chilled",
    "DAIRY CASE JUICE DRNK UNDER 10": "Juice drink, chilled",
    "MAINSTREAM WHITE BREAD": "White bread",
    "MAINSTREAM WHEAT/MULTIGRAIN BR": "Wheat and multigrain bread",
    "CHILDRENS LOW END": "Children's book",
    "HARDBACK/TRADE EVERYDAY": "Hardback book",
    "GASOLINE-REG UNLEADED": "Gasoline, regular unleaded",
    "CARDS EVERYDAY": "Greeting card",
    "CARDS SEASONAL": "Seasonal greeting card",
    "BEERALEMALT LIQUORS": "Beer, ale and malt liquor",
    "YOGURT NOT MULTI-PACKS": "Yogurt",
    "NATURAL CHEESE EXACT WT CHUNKS": "Natural cheese, in pieces",
    "NATURAL CHEESE EXACT WT SLICES": "Natural cheese, slices",
    "IWS SINGLE CHEESE": "Cheese singles",
    "SGL SV/VEND MACH SNACKS CHIP/P": "Snack bag for one",
    "ANTIPERSPIRANTS ONLY (ALL OTHE": "Antiperspirant",
    "FIGHTING VARIETAL WINES": "Varietal wine",
    "ORANGES NAVELS ALL": "Navel oranges",
    "LEGGS": "L'eggs hosiery",
}
"""Product types that no rule makes readable."""

ADJECTIVES = frozenset(
    _words("""PREMIUM ECONOMY TRADITIONAL MAINSTREAM SEASONAL PRIMAL ENHANCED LEAN FRESH PANTRY MISC MISCELLANEOUS DRY REGULAR BULK
    OTHER PROMOTIONAL BLENDS KITS PATTIES POULTRY DECOR NOVELTIES ACTIVITY ENTREES FRAMES ACCESSORIES RIBS JUICE BRUSHES BASIC RIB
    COLLEGIATE SMOKED SMOKED/COOKED RED VEGETABLE BOXED GRINDS RESIN MARINATED HAPPY NEOTERIC SHEA APS LOAVE CONTINUITY WHOLE CUTS
    ORGANIC CONES FASTENERS TAPE PROCESSED SEASONED LIQUID GREEN YELLOW WHITE SQUEEZE BREADED VALUE""")
)
"""Product types that say something only together with their category: "Beef, lean"."""

UNITS: dict[str, str] = _entries("""
OZ=oz|OZS=oz|Z=oz|FL=fl|LB=lb|LBS=lb|CT=ct|C=ct|ML=ml|L=l|LRT=l|LT=l|LTR=l|QT=qt|PT=pt|PTS=pt|GA=gal|GAL=gal|PK=pack|PKS=packs
PCK=pack|IN=in|SQ=sq|FT=ft|YD=yd|CM=cm|MM=mm|GM=g|G=g|MG=mg|PC=pc|PCS=pc|CTN=carton|DZ=dozen|DOZ=dozen|DZN=dozen|LD=loads|LDS=loads
LOAD=loads|LOADS=loads|MED=medium|LG=large|SM=small|SML=small|REFIL=refill|CP=cup|CU=cu|PLST=plastic|AEROS=aerosol|NR=no-return
""")
"""From a unit of the list to its usual sign or word; other words are merely written small."""
