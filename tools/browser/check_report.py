"""Checks that reports are what they should be in a browser: see tools/check-report."""

import argparse
import pathlib
import sys

from chromium import Chromium

# Each expression lists what is wrong.
PLOTS = """[...document.querySelectorAll('figure.plot')].flatMap(figure => {
    const title = figure.querySelector('h3')?.textContent, drawing = figure.querySelector('svg.drawing');
    if (!title || !drawing) return ['a figure has no ' + (title ? 'drawing' : 'title')];
    const box = drawing.getBoundingClientRect(), named = drawing.querySelector('title') && drawing.querySelector('desc');
    const marks = [...drawing.querySelectorAll('.line, .right, .wrong, rect')];
    const isDrawn = marks.some(mark => { const box = mark.getBBox(); return box.width > 0 || box.height > 0; })
        || drawing.querySelector('circle') || marks.some(mark => mark.getAttribute('d')?.includes('h0'));
    const cut = [...drawing.querySelectorAll('text')].find(text => {
        const { left, right, top, bottom } = text.getBoundingClientRect();
        return left < box.left - 2 || right > box.right + 2 || top < box.top - 2 || bottom > box.bottom + 2;
    });
    return [[box.width < 100 || box.height < 20, `is ${box.width} x ${box.height}`], [!named, 'has no description'],
        [!isDrawn, 'shows nothing'], [cut, `cuts off ${cut?.textContent}`]].filter(([wrong]) => wrong).map(([, text]) => `the plot ${title} ${text}`);
})"""
PICTURES = """[...document.images].filter(image => !image.complete || image.naturalWidth === 0 || !image.alt)
    .map(image => `the picture ${image.alt} is not shown or has no text`)"""
OVERFLOW = """(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
    const width = document.documentElement.clientWidth, scrolled = '.scroll, nav ul, .skip';
    const wide = [...document.body.querySelectorAll('*')].filter(element => {
        const parent = element.parentElement.closest(scrolled) ?? element.closest('.skip');
        return !parent && !element.closest('svg svg, svg g') && element.getBoundingClientRect().right > width + 1;
    });
    const names = wide.map(element => `${element.localName}.${element.getAttribute('class')} is wider than the page`);
    return document.documentElement.scrollWidth > width ? [...names, 'the page scrolls sideways'] : names;
})()"""
KEYBOARD = """[...document.querySelectorAll('.line-plot .drawing, .heat-map .drawing')].flatMap(drawing => {
    const title = drawing.querySelector('title').textContent;
    drawing.focus();
    if (document.activeElement !== drawing) return [`the plot ${title} cannot be reached by the keyboard`];
    for (const key of ['ArrowRight', 'ArrowDown'])
        drawing.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    const isRead = [...drawing.closest('figure').querySelectorAll('.reading')].some(reading => reading.textContent);
    drawing.blur();
    return isRead ? [] : [`the plot ${title} reads nothing out`];
})"""
SORTING = """[...document.querySelectorAll('table')].filter(table => table.tBodies[0].rows.length > 1).flatMap(table => {
    const heading = table.tHead.rows[0].cells[0], button = heading.querySelector('button');
    if (!button) return ['a table cannot be sorted'];
    const before = table.tBodies[0].rows.length;
    button.click();
    const isSorted = heading.getAttribute('aria-sort') === 'ascending' && table.tBodies[0].rows.length === before;
    return isSorted ? [] : ['a table was not sorted'];
})"""
SECTIONS = """[...document.querySelectorAll('nav a')].filter(link => !document.querySelector(`section${link.hash} h2`))
    .map(link => `${link.hash} leads nowhere`).concat(document.querySelector('section') ? [] : ['there is no section'])"""


def problems(browser, path, pictures):
    """What is wrong with a report, after the view in which it was seen."""
    address = path.resolve().as_uri()
    views = [
        ("light", 1280, "light", True, [SECTIONS, PLOTS, PICTURES]),
        ("dark", 1280, "dark", True, [PLOTS]),
        ("phone", 390, "light", True, [PLOTS]),
        ("without scripts", 1280, "light", False, [SECTIONS, PLOTS, PICTURES]),
    ]
    for name, width, scheme, scripts, checks in views:
        browser.open(address, width, scheme, scripts)
        for check in checks:
            yield from ((name, problem) for problem in browser.value(check))
        if pictures and scripts:
            browser.picture(pictures / f"{path.stem}-{name}.png")
        # What follows changes the page.
        for check in [OVERFLOW] + ([KEYBOARD, SORTING] if scripts else []):
            yield from ((name, problem) for problem in browser.value(check))
        yield from ((name, complaint) for complaint in browser.complaints(address))


def main():
    parser = argparse.ArgumentParser(prog="check-report")
    parser.add_argument("chromium")
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
    count = 0
    with Chromium(options.chromium) as browser:
        for path in options.files:
            if not path.is_file():
                sys.exit(f"check-report: {path}: there is no such file")
            for view, problem in problems(browser, path, options.pictures):
                print(f"{path}: {view}: {problem}")
                count += 1
    print(f"{len(options.files)} reports, {count} problems")
    sys.exit(1 if count else 0)


main()
