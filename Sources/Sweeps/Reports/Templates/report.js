'use strict';
// Nothing of what follows is needed to read a report: values under the pointer, and tables that can be sorted.

const inSVG = (name, attributes) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
};

// Where the pointer is, in units of the drawing.
const place = (drawing, event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
    return [point.x, point.y];
};

// The keys that move through a drawing, as steps along x and y.
const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const onMove = (drawing, toPoint, toKey, leave) => {
    drawing.setAttribute('tabindex', '0');
    drawing.addEventListener('pointermove', event => toPoint(...place(drawing, event)));
    drawing.addEventListener('pointerleave', leave);
    drawing.addEventListener('blur', leave);
    drawing.addEventListener('keydown', event => {
        if (event.key === 'Escape') return leave();
        if (!arrows[event.key]) return;
        event.preventDefault();
        toKey(...arrows[event.key]);
    });
};

const grouped = value => value.toLocaleString('en-US', { maximumFractionDigits: 10 });
const written = (value, style) => style === 'percent' ? (100 * value).toFixed(1) + '\u00a0%' : grouped(value);

for (const drawing of document.querySelectorAll('[data-line-plot]')) {
    const plot = JSON.parse(drawing.dataset.linePlot), left = 48, width = 342;
    const figure = drawing.closest('figure'), axis = drawing.querySelector('.axis'), name = axis.textContent;
    const readings = figure.querySelectorAll('.legend .reading');
    const cursor = inSVG('path', { class: 'cursor', visibility: 'hidden' });
    drawing.append(cursor);
    let current = -1;
    const show = index => {
        current = Math.max(0, Math.min(plot.x.length - 1, index));
        const x = plot.x[current], share = (x - plot.from) / (plot.to - plot.from || 1);
        cursor.setAttribute('d', `M${left + share * width} 10v176`);
        cursor.setAttribute('visibility', 'visible');
        const last = plot.width > 1 ? '–' + written(x + plot.width - 1, plot.xStyle) : '';
        axis.textContent = `${name} ${written(x, plot.xStyle)}${last}`;
        readings.forEach((reading, line) => {
            const value = plot.lines[line][current];
            reading.textContent = value === null ? '–' : written(value, plot.yStyle);
        });
    };
    const leave = () => {
        cursor.setAttribute('visibility', 'hidden');
        axis.textContent = name;
        readings.forEach(reading => { reading.textContent = ''; });
    };
    if (plot.x.length === 0) continue;
    onMove(drawing, x => {
        const wanted = plot.from + (x - left) / width * (plot.to - plot.from);
        let nearest = 0;
        plot.x.forEach((x, index) => { if (Math.abs(x - wanted) < Math.abs(plot.x[nearest] - wanted)) nearest = index; });
        show(nearest);
    }, across => show(current + across), leave);
}

for (const drawing of document.querySelectorAll('[data-heat-map]')) {
    const map = JSON.parse(drawing.dataset.heatMap), columns = map.columns ?? map.rows, byRow = map.shareOf === 'row';
    const reading = drawing.closest('figure').querySelector('.reading');
    const counts = new Map(), totals = new Map();
    for (let place = 0; place < map.cells.length; place += 3) {
        const [row, column, count] = map.cells.slice(place, place + 3), whole = byRow ? row : column;
        counts.set(row * columns.length + column, count);
        totals.set(whole, (totals.get(whole) ?? 0) + count);
    }
    const pointed = inSVG('rect', { class: 'pointed', width: map.cellWidth, height: map.cellHeight, visibility: 'hidden' });
    drawing.append(pointed);
    let current = [-1, 0];
    const show = (column, row) => {
        column = Math.max(0, Math.min(columns.length - 1, column));
        row = Math.max(0, Math.min(map.rows.length - 1, row));
        current = [column, row];
        pointed.setAttribute('x', map.left + column * map.cellWidth);
        pointed.setAttribute('y', map.top + row * map.cellHeight);
        pointed.setAttribute('visibility', 'visible');
        const count = counts.get(row * columns.length + column) ?? 0, total = totals.get(byRow ? row : column) ?? 0;
        reading.textContent = `${drawing.dataset.row} ${map.rows[row]}, ${drawing.dataset.column} ${columns[column]}: `
            + `${grouped(count)} of ${grouped(total)}`;
    };
    const leave = () => {
        pointed.setAttribute('visibility', 'hidden');
        reading.textContent = '';
    };
    onMove(drawing, (x, y) => {
        const column = Math.floor((x - map.left) / map.cellWidth), row = Math.floor((y - map.top) / map.cellHeight);
        if (column >= 0 && column < columns.length && row >= 0 && row < map.rows.length) show(column, row); else leave();
    }, (across, down) => show(current[0] + across, current[1] + down), leave);
}

for (const table of document.querySelectorAll('table')) {
    const headings = [...table.tHead.rows[0].cells], body = table.tBodies[0];
    if (body.rows.length < 2) continue;
    const key = (row, column, numeric) => {
        const cell = row.cells[column], text = cell.dataset.key ?? cell.textContent;
        return numeric ? parseFloat(text.replaceAll(',', '')) : text;
    };
    headings.forEach((heading, column) => {
        const button = document.createElement('button'), numeric = heading.classList.contains('number');
        button.textContent = heading.textContent;
        heading.replaceChildren(button);
        button.addEventListener('click', () => {
            const isAscending = heading.getAttribute('aria-sort') !== 'ascending', sign = isAscending ? 1 : -1;
            headings.forEach(other => other.removeAttribute('aria-sort'));
            heading.setAttribute('aria-sort', isAscending ? 'ascending' : 'descending');
            const rows = [...body.rows].map(row => [key(row, column, numeric), row]);
            // What has no value stands last, whichever way.
            const isMissing = value => numeric ? Number.isNaN(value) : value === '';
            rows.sort(([a], [b]) => isMissing(a) || isMissing(b)
                ? isMissing(a) - isMissing(b) : sign * (numeric ? a - b : a.localeCompare(b)));
            body.append(...rows.map(([, row]) => row));
        });
    });
}
