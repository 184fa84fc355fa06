"""What is wrong with a page as it stands in a browser: by axe, and by the plain rules of the house."""

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")
WIDTHS = (1280, 360)
SCHEMES = ("light", "dark")
NARROWEST = 320  # WCAG 2.2, 1.4.10 Reflow
PLAIN = """() => {
  const wrong = [], one = (selector) => document.querySelectorAll(selector);
  if (one("h1").length !== 1) wrong.push(`${one("h1").length} first headings`);
  if (!document.documentElement.lang) wrong.push("no language");
  if (!document.title.trim()) wrong.push("no title");
  if (one("main").length !== 1) wrong.push(`${one("main").length} main parts`);
  for (const each of one("script:not([src]):not([type$='json']), style"))
    wrong.push(`inline: ${each.outerHTML.slice(0, 120)}`);
  // The policy empties what came with the page; what a script of ours has set is full.
  for (const each of one("[style]"))
    if (!each.style.length) wrong.push(`inline: ${each.outerHTML.slice(0, 120)}`);
  for (const each of one("*"))
    for (const name of each.getAttributeNames())
      if (name.startsWith("on")) wrong.push(`inline handler: ${each.outerHTML.slice(0, 120)}`);
  for (const each of one("img:not([alt])")) wrong.push(`no alt: ${each.outerHTML.slice(0, 120)}`);
  const ids = [...one("[id]")].map((each) => each.id);
  for (const id of new Set(ids.filter((each, place) => ids.indexOf(each) !== place)))
    wrong.push(`the id ${id} stands twice`);
  return wrong;
}"""
# Colours fade when the scheme changes, those of children after those of parents; axe is to see where they end.
SETTLE = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const fading = () => document.getAnimations().filter((each) => each instanceof CSSTransition);
  do {
    for (const each of fading()) each.finish();
    await frame();
    await frame();
  } while (fading().length);
}"""
RUN_AXE = """async (tags) => {
  const result = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  return result.violations.flatMap(({ id, impact, nodes }) =>
    nodes.slice(0, 3).map(({ html, failureSummary }) => `${impact} ${id}: ${html.slice(0, 200)} - ${failureSummary}`));
}"""
OVERFLOW = """() => {
  const wide = document.documentElement.scrollWidth;
  if (wide <= innerWidth) return [];
  const beyond = (each) => each.getBoundingClientRect().right > innerWidth + 1;
  const guilty = [...document.querySelectorAll("body *")].filter(beyond);
  return [`${wide} px wide: ${guilty.slice(-1).map((each) => each.outerHTML.slice(0, 160))}`];
}"""


def plain_faults(page: Page) -> list[str]:
    """What breaks the rules of the house, whatever the width."""
    return list(page.evaluate(PLAIN))


def axe_violations(page: Page) -> list[str]:
    """What axe finds on the page at its present width and scheme."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text())  # a script tag would be against the page's own rules
    return list(page.evaluate(RUN_AXE, TAGS))


def faults_at_all_sizes(page: Page) -> list[str]:
    """Everything wrong in light and dark, wide and narrow; leaves the page wide and light."""
    wrong = plain_faults(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate(SETTLE)
            wrong += [f"{width} {scheme}: {found}" for found in axe_violations(page)]
    page.set_viewport_size({"width": NARROWEST, "height": 900})
    page.evaluate(SETTLE)
    wrong += [f"{NARROWEST}: {found}" for found in page.evaluate(OVERFLOW)]
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return wrong
