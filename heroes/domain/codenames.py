"""Code names for blind judging: pleasant words that say nothing about a person, a place or a rank."""

from collections.abc import Callable, Iterator

NAMES = tuple(
    """Acorn Alder Almond Amber Anchor Apricot Arbour Aspen Auburn Aurora Avocet Azure Barley Basket Beacon Beech
    Bellflower Birch Bluebell Bobbin Bracken Bramble Breeze Bridge Brook Buttercup Button Campion Candle Canvas
    Caraway Cardamom Carousel Cedar Celandine Chaffinch Chestnut Chime Cinnamon Clementine Clover Cobalt Comet
    Compass Copper Coral Cornflower Cotton Cove Cowslip Cricket Crocus Curlew Cypress Dahlia Daisy Damson Dapple
    Delta Dove Dragonfly Drift Dune Dunlin Elder Ember Estuary Fathom Fennel Fern Fiddle Firefly Flax Foxglove
    Freesia Garnet Gentian Ginger Glade Goldcrest Goldfinch Grove Harbour Harvest Hawthorn Hazel Heather Heron
    Hollow Honesty Honey Hornbeam Horizon Hyacinth Indigo Iris Ivory Jasmine Jigsaw Juniper Kestrel Kettle
    Kingfisher Kite Lagoon Lantern Lapwing Larch Larkspur Lattice Laurel Lavender Ledger Lilac Linden Linen Linnet
    Lobelia Loom Lupin Magnolia Magpie Mallow Mandolin Maple Marble Marigold Marjoram Marlin Marram Martin Meadow
    Mercury Meridian Mimosa Mistral Mosaic Moss Mulberry Murmur Myrtle Nectar Nettle Nightjar Nutmeg Oak Ochre
    Olive Opal Orchard Orchid Oriole Osprey Otter Paddle Pansy Paprika Parasol Parsley Pebble Peony Peppermint
    Periwinkle Petrel Pewter Piccolo Pine Pippin Pistachio Plover Plum Pomelo Poplar Poppy Prairie Primrose
    Puffin Quartz Quill Quince Ramble Raven Redstart Reed Ribbon Ripple River Robin Rosemary Rowan Rudder Russet
    Saffron Sage Sandpiper Sapphire Saxifrage Scarlet Sedge Sequoia Shale Shingle Siskin Skylark Snowdrop Sonnet
    Sorrel Sparrow Spindle Spruce Starling Sundial Sunflower Swallow Swift Sycamore Tamarind Tangerine Tansy Teal
    Teasel Tern Thimble Thistle Thrush Thyme Tidemark Topaz Trellis Tulip Turnstone Velvet Verbena Violet Walnut
    Warbler Wattle Whimbrel Willow Windmill Wisteria Woodlark Wren Yarrow Yew Zephyr Zinnia""".split()
)
MANNERS = tuple(
    """Autumn Bright Calm Clear Cool Crisp Dappled Distant Early Evening Fair Fresh Gentle Gilded Glad Golden Green
    Hidden High Kindly Late Light Little Lively Long Low Mellow Merry Misty Morning Mossy Narrow Near Northern
    Open Painted Pale Patient Plain Quick Quiet Restful Roaming Rolling Rosy Round Sandy Shady Silent Silver
    Simple Slow Small Snowy Soft Southern Spring Steady Still Summer Sunlit Swaying Tall Tidal Twilight Warm
    Western Whistling White Wide Wild Winding Winter Woven""".split()
)


def candidates(below: Callable[[int], int]) -> Iterator[str]:
    """Code names to try, in turn, until one is free: short ones first, then pairs, then pairs with a number.

    `below(n)` gives a whole number from 0 up to but without n. It never ends.
    """
    for _ in range(3):
        yield NAMES[below(len(NAMES))]
    for _ in range(5):
        yield _pair(below)
    while True:
        yield f"{_pair(below)} {2 + below(998)}"


def _pair(below: Callable[[int], int]) -> str:
    return f"{MANNERS[below(len(MANNERS))]} {NAMES[below(len(NAMES))]}"
