/* What the HTML reports are made of: pictures, tables, the page. */

CREATE FUNCTION @extschema@._lbdiag_html_escape(value text, columns int) RETURNS text
AS 'MODULE_PATHNAME', 'lbdiag_html_escape_1_0'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@._lbdiag_html_escape(text, int) IS
'A text as it is written in HTML, between tags or quotation marks, in ASCII. Characters that '
'cannot be seen or that change the direction of text are shown as U+XXXX. What has more columns '
'than given is cut there, and its length is said; 0: no limit.';

CREATE FUNCTION @extschema@._lbdiag_tree_parents(depths int[]) RETURNS int[]
AS 'MODULE_PATHNAME', 'lbdiag_tree_parents_1_0'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@._lbdiag_tree_parents(int[]) IS
'The parents of the nodes of a tree, from 1 on, given the depth of each: the first one''s is 0, '
'and what is below a node comes after it.';

CREATE FUNCTION @extschema@._lbdiag_treemap(
    labels text[], parents int[], weights float8[], width int, height int, title text)
RETURNS text
AS 'MODULE_PATHNAME', 'lbdiag_treemap_1_0'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION @extschema@._lbdiag_treemap(text[], int[], float8[], int, int, text) IS
'SVG of a treemap of bytes. A node''s weight is its own, without those below; the first node is '
'the root, parents come before their children. Small children are one box together.';

CREATE FUNCTION @extschema@._lbdiag_icicle(
    labels text[], parents int[], weights float8[], width int, height int, title text)
RETURNS text
AS 'MODULE_PATHNAME', 'lbdiag_icicle_1_0'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION @extschema@._lbdiag_icicle(text[], int[], float8[], int, int, text) IS
'SVG of a flame graph of ms, with the root above; the arguments are those of _lbdiag_treemap.';

CREATE FUNCTION @extschema@._lbdiag_svg_trend(
    at timestamptz[], amounts float8[], targets float8[], title text)
RETURNS text
AS 'MODULE_PATHNAME', 'lbdiag_svg_trend_1_0'
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION @extschema@._lbdiag_svg_trend(timestamptz[], float8[], float8[], text) IS
'SVG of a series of bytes in the order of time, with targets as lines.';

CREATE FUNCTION @extschema@._lbdiag_html_style() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT $css$
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #ffffff; --soft: #5a5a5a;
    --rule: #c9c9c9; --series: #1d5fa8; --target: #b3261e; --grew: #b3261e; --shrank: #1e7a34;
    --c0: #b8d4f0; --c1: #f7d3b0; --c2: #c5e6c3; --c3: #f3c6cf;
    --c4: #d9cdf0; --c5: #e6dfae; --c6: #b9e3e0; --c7: #dcdcdc; }
@media screen and (prefers-color-scheme: dark) {
    :root { --ink: #f2f2f2; --paper: #161616; --soft: #b4b4b4;
        --rule: #4a4a4a; --series: #7db5f0; --target: #ff8a80; --grew: #ff8a80; --shrank: #7ed491;
        --c0: #1f4468; --c1: #6b3f16; --c2: #23532a; --c3: #6a2937;
        --c4: #46356b; --c5: #544c14; --c6: #17504e; --c7: #444444; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 sans-serif; }
main { max-width: 1000px; margin: auto; padding: 16px; } figure { margin: 8px 0 16px; }
h1 { font-size: 24px; line-height: 1.25; } .scroll { overflow-x: auto; }
h2 { font-size: 19px; margin: 32px 0 8px; border-bottom: 1px solid var(--rule); }
figcaption, .note { color: var(--soft); font-size: 13px; }
pre { white-space: pre-wrap; padding: 8px; border: 1px solid var(--rule); font-size: 13px; }
table { border-collapse: collapse; font-size: 13px; } th { overflow-wrap: normal; }
caption { text-align: left; color: var(--soft); }
th, td { padding: 3px 8px; text-align: left; vertical-align: top;
    border-bottom: 1px solid var(--rule); overflow-wrap: break-word; }
td code { display: block; min-width: 16em; overflow-wrap: anywhere; }
td.n, th.n { text-align: right; white-space: nowrap; }
svg.bar { display: block; width: 100px; height: 7px; }
svg.bar rect { fill: var(--series); }
svg.bar .grew { fill: var(--grew); } svg.bar .shrank { fill: var(--shrank); }
svg.picture { display: block; width: 100%; height: auto; font-size: 11px; }
svg.picture text { fill: var(--ink); font-family: sans-serif; }
svg.b rect { stroke: var(--paper); stroke-width: 1px; }
svg.own rect, svg.more rect { stroke: var(--soft); stroke-dasharray: 2 2; }
.c0 rect { fill: var(--c0); } .c1 rect { fill: var(--c1); } .c2 rect { fill: var(--c2); }
.c3 rect { fill: var(--c3); } .c4 rect { fill: var(--c4); } .c5 rect { fill: var(--c5); }
.c6 rect { fill: var(--c6); } .c7 rect { fill: var(--c7); }
svg.b.miss { opacity: 0.25; } svg.b:focus { outline: none; }
svg.b:focus > rect, svg.b:hover > rect { stroke: var(--ink); stroke-width: 3px; }
line.scale { stroke: var(--rule); } line.target { stroke: var(--target); stroke-dasharray: 6 3; }
.series { fill: none; stroke: var(--series); stroke-width: 2px; } .point { fill: var(--series); }
.controls { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin: 8px 0; }
.controls output { min-height: 3em; flex-basis: 100%; white-space: pre-wrap; font-size: 13px;
    overflow-wrap: anywhere; }
@media screen { #raw:checked ~ .compressed, #compressed:checked ~ .raw { display: none; } }
@media print { .controls, input, input + label { display: none; }
    figure, tr { break-inside: avoid; } main { max-width: none; } }
$css$;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_html_style() IS
'The style of the HTML reports: light and dark, on screens and on paper.';

CREATE FUNCTION @extschema@._lbdiag_html_zoom() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT $js$
"use strict";
// Zoom, search and descriptions of boxes. The page is complete without them.
function read(svg) {
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    const boxes = Array.from(svg.querySelectorAll("svg.b"), (element, index) => {
        const [x, y, w, h] = ["x", "y", "width", "height"]
            .map((name) => Number(element.getAttribute(name)));
        const description = element.querySelector("title").textContent;
        const name = description.split("\n")[0];
        return { element, index, x, y, w, h, description, name,
            parent: Number(element.dataset.p), weight: Number(element.dataset.w) };
    });
    return { svg, width, height, boxes, flat: svg.classList.contains("icicle"), top: 0 };
}

// What a box is called: without what its parent is called, where that comes first.
function label(picture, box) {
    const above = box.parent < 0 ? "" : picture.boxes[box.parent].name;
    return box.name.length > above.length && box.name.startsWith(above)
        ? box.name.slice(above.length) : box.name;
}

function place(picture, box, x, y, w, h) {
    const values = { x, y, width: Math.max(w, 0), height: Math.max(h, 0), display: "inline" };
    for (const [name, value] of Object.entries(values))
        box.element.setAttribute(name, value);
    let text = box.element.querySelector("text");
    if (w < 26 || h < 14) {
        if (text) text.remove();
        return;
    } else if (!text) {
        text = document.createElementNS("http://www.w3.org/2000/svg", "text");
        for (const [name, at] of [["x", 4], ["y", 12]]) text.setAttribute(name, at);
        box.element.append(text);
    }
    const [columns, whole] = [Math.floor(w / 6.5) - 1, label(picture, box)];
    text.textContent = whole.length > columns ? whole.slice(0, columns) + "\u2026" : whole;
}

// Makes a box as wide as the picture, and in a treemap as high; hides what is not in it.
function zoom(picture, index) {
    const top = picture.boxes[index];
    const [scaleX, scaleY] = [picture.width / top.w, picture.flat ? 1 : picture.height / top.h];
    const above = new Set();
    for (let i = index; i >= 0; i = picture.boxes[i].parent) above.add(i);
    const inside = [];
    for (const box of picture.boxes) {
        inside[box.index] = box.index === index || Boolean(inside[box.parent]);
        if (inside[box.index])
            place(picture, box, (box.x - top.x) * scaleX,
                picture.flat ? box.y : (box.y - top.y) * scaleY, box.w * scaleX, box.h * scaleY);
        else if (picture.flat && above.has(box.index))
            place(picture, box, 0, box.y, picture.width, box.h);
        else
            box.element.setAttribute("display", "none");
    }
    picture.top = index;
}
$js$;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_html_zoom() IS
'The first part of the script of the HTML reports: zoom.';

CREATE FUNCTION @extschema@._lbdiag_html_controls() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT $js$
// Dims the boxes whose names do not have a text, and says what the others are together.
function search(picture, wanted) {
    const text = wanted.trim().toLowerCase();
    const counted = [];
    let [number, weight] = [0, 0];
    for (const box of picture.boxes) {
        const hit = text !== "" && box.name.toLowerCase().includes(text);
        box.element.classList.toggle("miss", text !== "" && !hit);
        // What is in a box that is counted is counted with it.
        counted[box.index] = hit || Boolean(counted[box.parent]);
        if (hit) number++;
        if (hit && !counted[box.parent]) weight += box.weight;
    }
    if (text === "") return "";
    const share = picture.boxes.length ? 100 * weight / picture.boxes[0].weight : 0;
    return `${number} ${number === 1 ? "box" : "boxes"}, ${share.toFixed(1)} %`;
}

function element(name, properties) {
    return Object.assign(document.createElement(name), properties);
}

function control(svg) {
    const picture = read(svg);
    if (picture.boxes.length === 0) return;
    const input = element("input", { type: "search", placeholder: "Search", maxLength: 1000 });
    const whole = element("button", { type: "button", textContent: "Whole picture" });
    const said = element("output", { textContent: "Click a box to zoom into it." });
    const controls = element("div", { className: "controls" });
    input.setAttribute("aria-label", "Search in this picture");
    controls.append(input, whole, said);
    svg.before(controls);
    svg.setAttribute("role", "group");
    input.addEventListener("input", () => { said.textContent = search(picture, input.value); });
    whole.addEventListener("click", () => zoom(picture, 0));
    svg.addEventListener("keydown", (event) => {
        if (event.key === "Escape") zoom(picture, 0);
    });
    for (const box of picture.boxes) {
        const say = () => { said.textContent = box.description; };
        const into = () => zoom(picture, box.index === picture.top && box.parent >= 0
            ? box.parent : box.index);
        box.element.setAttribute("role", "button");
        box.element.setAttribute("aria-label", box.description);
        if (!("leaf" in box.element.dataset)) box.element.setAttribute("tabindex", "0");
        box.element.addEventListener("pointerenter", say);
        box.element.addEventListener("focus", say);
        box.element.addEventListener("click", into);
        box.element.addEventListener("keydown", (event) => {
            if (event.key === "Enter") into();
        });
    }
}

document.querySelectorAll("svg.treemap, svg.icicle").forEach(control);
$js$;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_html_controls() IS
'The second part of the script of the HTML reports: search, and what is said of boxes.';

CREATE FUNCTION @extschema@._lbdiag_html_page(title text, body text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format(E'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src ''none''; '
        'script-src ''sha256-%s''; style-src ''sha256-%s''; base-uri ''none''; '
        'form-action ''none''">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<title>%s</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n%s\n</main>\n'
        '<script>%s</script>\n</body>\n</html>',
        encode(sha256(convert_to(p.script, 'UTF8')), 'base64'),
        encode(sha256(convert_to(p.style, 'UTF8')), 'base64'),
        @extschema@._lbdiag_html_escape($1, 120), p.style, $2, p.script)
    FROM (SELECT @extschema@._lbdiag_html_zoom() || @extschema@._lbdiag_html_controls() AS script,
              @extschema@._lbdiag_html_style() AS style) AS p;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_html_page(text, text) IS
'A page of HTML that loads nothing: its policy allows its own script and its own style alone, by '
'their hashes. The body is HTML.';

CREATE FUNCTION @extschema@._lbdiag_html_cell(head text, value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN $2 IS NULL THEN '<td></td>'
        WHEN $1 LIKE '#%' THEN format('<td class="n">%s</td>',
            @extschema@._lbdiag_html_escape($2, 120))
        WHEN $1 LIKE '|%' THEN format('<td>%s<svg class="bar" viewBox="0 0 100 7" '
            'preserveAspectRatio="none" aria-hidden="true"><rect%s width="%s" height="7"/></svg>'
            '</td>',
            CASE WHEN $1 NOT LIKE '|+%' THEN round(100 * $2::numeric, 1) || ' %' ELSE '' END,
            CASE WHEN $1 LIKE '|+%' THEN
                CASE WHEN $2::numeric > 0 THEN ' class="grew"' ELSE ' class="shrank"' END END,
            round(least(100 * abs($2::numeric), 100), 2))
        WHEN $1 LIKE '$%' THEN format('<td><code>%s</code></td>',
            @extschema@._lbdiag_html_escape($2, 2000))
        ELSE format('<td>%s</td>', @extschema@._lbdiag_html_escape($2, 400)) END;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_html_cell(text, text) IS
'A cell of _lbdiag_html_table.';

CREATE FUNCTION @extschema@._lbdiag_html_table(caption text, heads text[], cells jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN coalesce(jsonb_array_length($3), 0) = 0 THEN '<p>None.</p>' ELSE
        format(E'<div class="scroll"><table>\n<caption>%s</caption>\n<thead><tr>%s</tr></thead>\n'
               '<tbody>\n%s\n</tbody>\n</table></div>', @extschema@._lbdiag_html_escape($1, 400),
        (SELECT string_agg(format('<th scope="col"%s>%s</th>',
             CASE WHEN h.head LIKE '#%' THEN ' class="n"' END,
             @extschema@._lbdiag_html_escape(regexp_replace(h.head, '^([#$]|\|\+?)', ''), 120)), ''
             ORDER BY h.number)
         FROM unnest($2) WITH ORDINALITY AS h (head, number)),
        (SELECT string_agg(format('<tr>%s</tr>', r.cells), E'\n' ORDER BY r.number)
         FROM (SELECT l.number, string_agg(@extschema@._lbdiag_html_cell($2[c.number], c.cell), ''
                                           ORDER BY c.number) AS cells
               FROM jsonb_array_elements($3) WITH ORDINALITY AS l (cells, number)
               CROSS JOIN LATERAL jsonb_array_elements_text(l.cells)
                   WITH ORDINALITY AS c (cell, number)
               GROUP BY l.number) AS r)) END;
END;

COMMENT ON FUNCTION @extschema@._lbdiag_html_table(text, text[], jsonb) IS
'A table of HTML. cells is an array of rows, arrays of texts. What a head begins with says what '
'its column has: # numbers, $ code, | shares as bars, |+ shares that grew or shrank.';

CREATE FUNCTION @extschema@._lbdiag_html_lines(lines text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    -- Calls that can be pasted are indented by five.
    SELECT string_agg(format(CASE WHEN l.number = 1 THEN '<h1>%s</h1>'
        WHEN l.line LIKE '     %' THEN '<pre>%s</pre>' ELSE '<p>%s</p>' END,
        @extschema@._lbdiag_html_escape(btrim(l.line), 4000)), E'\n' ORDER BY l.number)
    FROM unnest($1) WITH ORDINALITY AS l (line, number);
END;

COMMENT ON FUNCTION @extschema@._lbdiag_html_lines(text[]) IS
'Lines of a report as HTML, the first one as the headline.';
