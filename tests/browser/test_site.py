"""Every page of the site in a real browser: nothing overflows, no error, and the comforts work."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from derive.pipeline.library import library

webdriver = pytest.importorskip("selenium.webdriver")
WIDTHS = (375, 1280)

OVERFLOW = """
const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
const drawn = [...document.querySelectorAll("svg.derive-picture")];
const hidden = drawn.filter((one) => one.getBoundingClientRect().width < 250).length;
const broken = hidden + [...document.images].filter((one) => !one.complete || one.naturalWidth === 0).length;
return [wide, broken, document.querySelectorAll("math merror").length, document.querySelectorAll("math").length];
"""


@pytest.fixture(scope="module")
def site() -> Path:
    """The checked-in pages, which another test compares with a new build."""
    return Path(__file__).parents[2] / "generated" / "notes" / "html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("no browser: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    found = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield found
    found.quit()


def resize(browser: Any, width: int) -> None:
    """The page's own width, however wide a window must at least be."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def visit(browser: Any, page: Path) -> None:
    browser.get(page.as_uri())


def click(browser: Any, selector: str, place: int = 0) -> None:
    browser.execute_script("document.querySelectorAll(arguments[0])[arguments[1]].click()", selector, place)


def count(browser: Any, selector: str) -> int:
    return int(browser.execute_script("return document.querySelectorAll(arguments[0]).length", selector))


def keep_screenshot(browser: Any, name: str) -> None:
    """The whole page as a picture, in the folder that the environment names, if it names one."""
    if folder := os.environ.get("SCREENSHOTS"):
        browser.execute_script("document.querySelectorAll('details.row').forEach((one) => (one.open = false))")
        size = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        shot = {"captureBeyondViewport": True, "clip": {**size, "scale": 1}}
        data = browser.execute_cdp_cmd("Page.captureScreenshot", shot)["data"]
        (Path(folder) / f"{name}.png").write_bytes(base64.b64decode(data))


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_overflows_or_complains(browser: Any, site: Path, width: int) -> None:
    resize(browser, width)
    browser.get_log("browser")
    pages = sorted(site.rglob("*.html"))
    assert len(pages) == 2 * (len(library()) + 1)
    for page in pages:
        visit(browser, page)
        browser.execute_script("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        wide, broken, errors, formulas = browser.execute_script(OVERFLOW)
        assert (wide, broken, errors) == (0, 0, 0), f"{page.relative_to(site)} at {width} px"
        assert formulas or page.name == "index.html"
        keep_screenshot(browser, f"{width}-{'-'.join(page.relative_to(site).with_suffix('').parts)}")
    assert browser.get_log("browser") == []


def test_folding(browser: Any, site: Path) -> None:
    resize(browser, 1280)
    visit(browser, site / "perceptron.html")
    assert count(browser, "details.steps[open]") == 2
    assert count(browser, "details.row[open]") == 0
    click(browser, ".tools button", 2)
    assert count(browser, "details.row[open]") == count(browser, "details.row") > 0
    click(browser, ".tools button", 0)
    assert count(browser, "details.steps[open]") == 0
    assert browser.execute_script("return getComputedStyle(document.querySelector('.steps .result')).display") != "none"
    click(browser, "details.steps > summary")
    assert count(browser, "details.steps[open]") == 1


def test_search(browser: Any, site: Path) -> None:
    for page, word, found in (("index.html", "PERCEP", 3), ("zh/index.html", "感知机", 3), ("index.html", "zzz", 0)):
        visit(browser, site / page)
        field = browser.find_element("css selector", "input.search")
        assert field.is_displayed()
        field.send_keys(word)
        assert count(browser, ".cards li:not([hidden])") == found
        assert browser.find_element("css selector", ".nothing").is_displayed() == (found == 0)


def test_copy(browser: Any, site: Path) -> None:
    visit(browser, site / "sigmoid.html")
    catch = "navigator.clipboard.writeText = async (text) => { window.caught = text; };"
    browser.execute_script(catch)
    click(browser, ".rows + button.copy")
    assert browser.execute_script("return window.caught").startswith("\\begin{aligned}\n\\sigma'(x) &= ")
    click(browser, ".formula > button.one")
    assert browser.execute_script("return window.caught") == r"\sigma(x) = \frac{1}{1 + e^{-x}}"
    click(browser, "details.source button.copy")
    assert "def sigmoid(x" in browser.execute_script("return window.caught")


def test_language_switch_and_lemma_links(browser: Any, site: Path) -> None:
    visit(browser, site / "perceptron.html")
    click(browser, "a.language")
    assert browser.current_url.endswith("/zh/perceptron.html")
    assert browser.execute_script("return document.documentElement.lang") == "zh-Hans"
    click(browser, ".why a")
    assert browser.current_url.endswith("/zh/sigmoid.html")
    click(browser, "a.language")
    assert browser.current_url.endswith("/sigmoid.html")
    assert "/zh/" not in browser.current_url


def test_pages_can_be_read_without_a_script(browser: Any, site: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        visit(browser, site / "softmax.html")
        assert browser.find_element("css selector", ".boxed math").is_displayed()
        visit(browser, site / "index.html")
        assert browser.find_element("css selector", ".cards a").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
