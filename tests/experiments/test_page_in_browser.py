"""The page in a real browser, without a network."""

import re
import shutil

import pytest

from experiments.page import document
from tests.experiments.page_examples import ENVIRONMENT, NUMBERS, OUTCOMES, draw_stills

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))),
    None,
)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no chromium or chrome on the path")

WIDE, PHONE = (1400, 900), (390, 844)
LIVE = "figure:has(.live)"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    draw_stills(folder)
    return document.write(OUTCOMES, ENVIRONMENT, folder).as_uri()


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        chromium = playwright.chromium.launch(executable_path=BROWSER, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser, address):
    """`opened(size, scheme)`: the page in a window of its own, with what it said and asked for."""
    contexts = []

    def open_page(size=WIDE, scheme="light", **settings):
        viewport = {"width": size[0], "height": size[1]}
        context = browser.new_context(
            viewport=viewport, color_scheme=scheme, offline=True, **settings
        )
        contexts.append(context)
        window = context.new_page()
        window.said, window.asked = [], []
        window.on("console", lambda message: window.said.append(message.text))
        window.on("pageerror", lambda error: window.said.append(str(error)))
        window.on("request", lambda request: window.asked.append(request.url))
        window.goto(address)
        return window

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def shown(browser, address):
    """The page in a wide window with all figures drawn, for tests that leave it as it was."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, offline=True)
    window = context.new_page()
    window.goto(address)
    draw_all(window)
    yield window
    context.close()


def draw_all(window):
    waiting = window.locator(LIVE)
    for place in range(waiting.count()):
        figure = waiting.nth(place)
        figure.scroll_into_view_if_needed()
        figure.and_(window.locator("[data-drawn]")).wait_for(timeout=30_000)


def column(table, place):
    cells = table.locator(f"tbody tr:not([hidden]) td:nth-child({place})")
    return [text.strip() for text in cells.all_inner_texts()]


def test_every_figure_is_drawn_without_a_message_or_a_request(opened, address):
    window = opened()
    draw_all(window)
    count = window.locator(LIVE).count()
    assert count == sum(len(outcome.figures) for outcome in OUTCOMES) - 2
    for place in range(count):
        marks = "path.js-line, path.point, .points path, .heatmaplayer image"
        assert window.locator(LIVE).nth(place).locator(marks).count() > 0
    assert window.said == []
    assert window.asked == [address]


def test_without_javascript_tables_and_still_pictures_are_there(opened):
    window = opened(java_script_enabled=False)
    stills = window.locator(".still > svg")
    assert stills.count() == sum(len(outcome.figures) for outcome in OUTCOMES)
    assert all(stills.nth(place).is_visible() for place in range(stills.count()))
    assert window.locator("#cappelletti-2019-table-numbers tbody tr").count() == len(NUMBERS)
    assert not window.locator("button").first.is_visible()


def test_numbers_sort_by_value_both_ways_with_missing_ones_last(opened):
    table = opened().locator("#cappelletti-2019-table-numbers table")
    heading = table.locator("th", has_text="loss")
    rising = [float(text) for text in ("-3", "2e-05", "0.5", "1", "7", "9", "10", "100")]
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    assert [float(text) for text in column(table, 2)[:-1]] == rising
    assert column(table, 2)[-1] == "–"
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert [float(text) for text in column(table, 2)[:-1]] == rising[::-1]
    assert column(table, 2)[-1] == "–"


def test_texts_sort_by_alphabet_and_by_the_numbers_in_them(opened):
    table = opened().locator("#answer-table-claims table")
    table.locator("th", has_text="claim").locator("button").click()
    assert column(table, 2) == [f"claim {place}" for place in range(8)]


def test_sorting_works_from_the_keyboard(opened):
    window = opened()
    table = window.locator("#cappelletti-2019-table-numbers table")
    table.locator("th", has_text="row").locator("button").focus()
    window.keyboard.press("Enter")
    window.keyboard.press("Enter")
    assert column(table, 1)[0] == f"row {len(NUMBERS) - 1}"


def test_verdicts_are_filtered_by_report_verdict_and_words(opened):
    window = opened()
    figure = window.locator("#answer-table-claims")
    report = figure.get_by_role("combobox", name="source")
    report.select_option("wang-2021")
    assert len(column(figure, 1)) == 4
    verdict = figure.get_by_role("combobox", name="verdict")
    verdict.select_option("reproduced")
    assert column(figure, 2) == ["claim 5"]
    assert figure.locator("output").inner_text() == "1 of 8 rows"
    report.select_option("")
    assert column(figure, 2) == ["claim 0", "claim 5"]
    verdict.select_option("")
    figure.get_by_label("Search").fill("CARLIER reproduced")
    assert column(figure, 2) == ["claim 2"]


def test_a_series_can_be_hidden_and_shown_again(shown):
    figure = shown.locator("#cappelletti-2019-figure-curves")
    lines = figure.locator("path.js-line")
    both = lines.count()
    button = figure.get_by_role("button", name="framework")
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert lines.count() == both / 2
    button.click()
    assert lines.count() == both


def test_a_chosen_run_stands_in_front_of_the_others(shown):
    figure = shown.locator("#cappelletti-2019-figure-curves")
    choice = figure.get_by_role("combobox", name="Show run")
    choice.select_option("3")
    opacities = figure.locator(".scatterlayer .trace").evaluate_all(
        "traces => traces.map((trace) => Number(getComputedStyle(trace).opacity))"
    )
    assert opacities.count(1) == 2 * 2 * 2  # run and mean, by series and panel
    assert set(opacities) == {1, 0.08}
    choice.select_option("")


def test_a_point_under_the_mouse_says_its_run_and_its_numbers(shown):
    figure = shown.locator("#cappelletti-2019-figure-curves")
    figure.scroll_into_view_if_needed()
    plot = figure.locator(".nsewdrag").first.bounding_box()
    for down in range(5, int(plot["height"]), 5):
        shown.mouse.move(plot["x"] + plot["width"] / 2, plot["y"] + down)
        if figure.locator(".hoverlayer .hovertext").count():
            break
    said = figure.locator(".hoverlayer .hovertext").first.text_content()
    assert re.search(r"epoch \d+", said)
    assert re.search(r"framework|torch\.nn", said)


def test_the_page_never_scrolls_sideways(opened):
    window = opened((320, 640))
    draw_all(window)
    for width in (320, PHONE[0], 768, 1100, WIDE[0]):
        window.set_viewport_size({"width": width, "height": 800})
        window.wait_for_function(ARRANGED)
        assert window.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_a_claim_shows_its_verdict_without_scrolling_sideways(opened):
    window = opened(PHONE)
    row = window.locator("#answer-table-claims tbody tr").first
    for name in ("verdict", "reason"):
        cell = row.locator(f'td[data-label="{name}"]')
        box = cell.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE[0]


ARRANGED = """[...document.querySelectorAll(".live")].every(
  (live) => live.querySelector(".main-svg").clientWidth <= live.clientWidth)"""


def test_a_wide_table_scrolls_inside_its_box_on_a_phone(opened):
    box = opened(PHONE).locator("#answer-table-summary .box")
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    assert box.get_attribute("tabindex") == "0"


def brightness(window, element, property_):
    value = window.locator(element).first.evaluate(
        f"element => getComputedStyle(element).{property_}"
    )
    return sum(map(float, re.findall(r"[\d.]+", value)[:3])) / 3


def test_a_dark_system_gets_a_dark_page_with_light_text(opened):
    window = opened(scheme="dark")
    draw_all(window)
    assert brightness(window, "body", "backgroundColor") < 60
    assert brightness(window, "body", "color") > 200
    assert brightness(window, ".live .xtick text", "fill") > 200


def test_the_button_changes_to_dark_and_back(opened):
    window = opened()
    draw_all(window)
    assert brightness(window, "body", "backgroundColor") > 240
    window.get_by_role("button", name="Dark").click()
    assert brightness(window, "body", "backgroundColor") < 60
    assert brightness(window, ".live .xtick text", "fill") > 200
    window.get_by_role("button", name="Light").click()
    assert brightness(window, "body", "backgroundColor") > 240
    assert brightness(window, ".live .xtick text", "fill") < 60


CONTRAST = """elements => elements.map((element) => {
  const channel = (value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const luminance = (colour) => {
    const [red, green, blue] = colour.match(/[0-9.]+/g).map((part) => channel(part / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  let behind = element;
  const clear = (colour) => colour === "rgba(0, 0, 0, 0)";
  while (clear(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
  const pair = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor];
  const [low, high] = pair.map(luminance).sort((a, b) => a - b);
  return [(high + 0.05) / (low + 0.05), element.className, element.textContent.slice(0, 30)];
})"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_what_is_behind_it(opened, scheme):
    window = opened(scheme=scheme)
    texts = window.locator("p, h1, h2, figcaption, .number, th, td, .badge, .meaning, nav a, label")
    found = texts.evaluate_all(CONTRAST)
    assert len(found) > 50
    assert [entry for entry in found if entry[0] < 4.5] == []


def test_printed_paper_shows_the_still_pictures_in_light(opened):
    window = opened(scheme="dark")
    draw_all(window)
    window.emulate_media(media="print")
    assert not window.locator(".live").first.is_visible()
    assert all(still.is_visible() for still in window.locator(".still").all())
    assert not window.locator(".controls").first.is_visible()
    assert brightness(window, "body", "backgroundColor") > 240


def test_contents_lead_to_every_section(shown):
    links = shown.locator("nav a").evaluate_all("links => links.map((link) => link.hash.slice(1))")
    sections = shown.locator("main > section").evaluate_all("all => all.map(({ id }) => id)")
    assert links == sections


def test_headings_tables_and_figures_have_names(shown):
    assert shown.locator("h1").count() == 1
    assert shown.locator("figure").count() == shown.locator("figure > figcaption").count()
    assert shown.locator("thead th:not([scope=col])").count() == 0
    assert shown.locator(".box:not([aria-label]):not([aria-labelledby]):has(table)").count() == 0
