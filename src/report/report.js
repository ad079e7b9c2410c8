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
