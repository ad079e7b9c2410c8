// Checks the reports of a folder in Chromium; run by test/browser/run.
"use strict";
const fs = require("fs");
const path = require("path");
const { chromium } = require("playwright-core");

const folder = process.argv[2];
const expected = JSON.parse(fs.readFileSync(path.join(folder, "expected.json"), "utf8"));
const file = (name) => `file://${path.join(folder, name)}`;
let [passed, failed] = [0, 0];

function ok(condition, what) {
    if (condition) passed++; else failed++;
    console.log(`${condition ? "ok" : "not ok"} - ${what}`);
}

// Opens a file, and keeps what it asks for and what goes wrong in it.
async function open(browser, name, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1040, height: 1200 }, ...options });
    const page = await context.newPage();
    const seen = { requests: [], errors: [], dialogs: 0 };
    page.on("request", (request) => seen.requests.push(request.url()));
    page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) seen.errors.push(message.text());
    });
    page.on("pageerror", (error) => seen.errors.push(String(error)));
    page.on("dialog", (dialog) => { seen.dialogs++; dialog.dismiss(); });
    await page.goto(file(name));
    return { page, seen, close: () => context.close() };
}

async function checkClean(browser, name) {
    const { page, seen, close } = await open(browser, name);
    ok(seen.requests.length === 1, `${name}: nothing is requested but the file`);
    ok(seen.errors.length === 0 && seen.dialogs === 0, `${name}: no errors ${seen.errors}`);
    ok(await page.evaluate(() => window.injected === undefined), `${name}: no name runs as a script`);
    ok(await page.evaluate(() => document.querySelectorAll("script").length === 1
        && document.querySelectorAll("img, iframe, object, link, base, form").length === 0),
        `${name}: nothing is in it but what belongs there`);
    ok(await page.evaluate(() => document.querySelectorAll(".controls").length
        === document.querySelectorAll("svg.treemap, svg.icicle").length),
        `${name}: the script has run`);
    ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
        `${name}: not wider than the window`);
    await close();
}

async function checkSums(browser) {
    const { page, close } = await open(browser, "report.html");
    const read = (figure) => page.evaluate((selector) => {
        const boxes = Array.from(document.querySelectorAll(`${selector} svg.b`));
        const weight = (box) => Number(box.dataset.w);
        return {
            leaves: boxes.filter((box) => "leaf" in box.dataset).map(weight).reduce((a, b) => a + b, 0),
            components: Object.fromEntries(boxes.filter((box) => box.dataset.p === "0")
                .map((box) => [box.querySelector("title").textContent.split("\n")[0], weight(box)])),
        };
    }, figure);
    const [raw, compressed] = [await read("figure.raw"), await read("figure.compressed")];
    ok(raw.leaves === expected.total, `boxes add up to ${expected.total} bytes`);
    ok(compressed.leaves === expected.compressed, `and to ${expected.compressed} compressed bytes`);
    const drawn = Object.entries(expected.components).filter(([name]) => name in raw.components);
    ok(drawn.length >= 8 && drawn.every(([name, bytes]) => raw.components[name] === bytes),
        `${drawn.length} components have the bytes of their rows`);
    const size = await page.locator("figure.raw svg.treemap").boundingBox();
    ok(size.width > 900 && size.height > 500, "the treemap is drawn");
    ok(await page.locator("svg.trend polyline").count() === 2, "the trend is drawn");
    ok(await page.locator("svg.bar rect.shrank").count() > 0, "the difference is drawn");
    await page.screenshot({ path: path.join(folder, "report.png"), fullPage: true });
    await page.locator("figure.raw svg.treemap").screenshot({ path: path.join(folder, "treemap.png") });
    await page.locator("svg.icicle").screenshot({ path: path.join(folder, "flame.png") });
    await close();
}

// The attributes that say where the boxes are.
const places = (page, picture) => page.evaluate((selector) =>
    Array.from(document.querySelectorAll(`${selector} svg.b`), (box) =>
        ["x", "y", "width", "height"].map((name) => Number(box.getAttribute(name))).join(" ")
        + box.getAttribute("display")).join("\n"), picture);

async function checkZoom(browser, picture, name) {
    const { page, close } = await open(browser, "report.html");
    const controls = page.locator(picture).locator("xpath=preceding-sibling::div[1]");
    const inner = page.locator(`${picture} svg.b`).filter({ hasNot: page.locator("svg") })
        .filter({ hasText: new RegExp(`^${name}\n`) }).first();
    await controls.getByText("Whole picture").click();
    const before = await places(page, picture);
    const width = () => inner.evaluate((box) => Number(box.getAttribute("width")));
    await inner.locator("text").click();
    ok(Math.abs(await width() - 960) < 0.1, `${picture}: a click zooms into ${name}`);
    ok(await places(page, picture) !== before, `${picture}: other boxes move`);
    ok(await page.evaluate((selector) => Array.from(document.querySelectorAll(`${selector} svg.b`))
        .some((box) => box.getAttribute("display") === "none"), picture), `${picture}: others are hidden`);
    await inner.locator("text").click();
    ok(await width() < 959.9, `${picture}: and out again`);
    await inner.focus();
    await page.keyboard.press("Enter");
    ok(await width() > 959.9, `${picture}: by the keyboard`);
    await page.keyboard.press("Escape");
    ok(await places(page, picture) === before, `${picture}: Escape shows all as it was`);
    await inner.locator("text").hover();
    ok((await controls.locator("output").textContent()).startsWith(name), `${picture}: says what is below the pointer`);
    await controls.locator("input").fill(name.toUpperCase());
    ok(/^\d+ box(es)?, \d+\.\d %$/.test(await controls.locator("output").textContent()), `${picture}: search counts`);
    ok(await page.evaluate(([selector, text]) => Array.from(document.querySelectorAll(`${selector} svg.b`))
        .every((box) => box.classList.contains("miss")
            !== box.querySelector("title").textContent.split("\n")[0].includes(text)), [picture, name]),
        `${picture}: search dims the others`);
    await controls.locator("input").fill("");
    ok(await page.locator(`${picture} svg.miss`).count() === 0, `${picture}: and nothing without a text`);
    await close();
}

async function checkWithoutScripts(browser) {
    const { page, seen, close } = await open(browser, "report.html", { javaScriptEnabled: false });
    ok(seen.requests.length === 1 && seen.errors.length === 0, "without scripts: no errors");
    ok(await page.locator("h1").isVisible() && await page.locator("figure.raw svg.treemap").isVisible()
        && await page.locator("svg.icicle").isVisible(), "without scripts: the answer and the pictures");
    ok(await page.locator(".controls").count() === 0, "without scripts: no dead controls");
    ok(await page.locator("figure.raw svg.b text").count() > 20, "without scripts: labels");
    await page.locator("#compressed").check();
    ok(await page.locator("figure.compressed svg.treemap").isVisible() && !await page.locator("figure.raw svg.treemap").isVisible(),
        "without scripts: raw and compressed can be switched");
    await page.emulateMedia({ media: "print" });
    ok(await page.locator("figure.compressed svg.treemap").isVisible() && await page.locator("figure.raw svg.treemap").isVisible(),
        "both are printed");
    ok((await page.pdf()).length > 10000, "it prints");
    await close();
}

// What is injected does not run, even where escaping had failed.
async function checkInjection(browser) {
    const text = fs.readFileSync(path.join(folder, "report.html"), "utf8");
    fs.writeFileSync(path.join(folder, "injected.html"), text.replace("<h1>",
        "<script>window.injected = 1</script><img src=\"https://example.invalid/x\" onerror=\"window.injected = 2\">"
        + "<style>h1 { display: none }</style><p id=\"p\" style=\"display: none\" onclick=\"window.injected = 3\">p</p><h1>"));
    const { page, seen, close } = await open(browser, "injected.html");
    await page.evaluate(() => document.getElementById("p").click());
    await page.waitForTimeout(200);
    ok(await page.evaluate(() => window.injected === undefined), "an injected script does not run");
    ok(await page.locator("h1").isVisible() && await page.locator("#p").isVisible(), "an injected style is not used");
    ok(seen.errors.filter((error) => error.includes("Content Security Policy")).length >= 4,
        "the policy is what blocks it");
    await close();
    fs.unlinkSync(path.join(folder, "injected.html"));
}

// The contrast of labels with what they stand on, by WCAG.
async function checkContrast(browser, colorScheme) {
    const { page, close } = await open(browser, "report.html", { colorScheme });
    const least = await page.evaluate(() => {
        const luminance = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map((value) => value / 255)
            .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        const paper = luminance(getComputedStyle(document.body).backgroundColor);
        return Math.min(
            ...Array.from(document.querySelectorAll("svg.b"), (box) => contrast(
                luminance(getComputedStyle(box.querySelector("rect")).fill),
                luminance(getComputedStyle(box.querySelector("text") || document.querySelector("svg.b text")).fill))),
            ...Array.from(document.querySelectorAll("h1, p, figcaption, caption, td, th, summary"),
                (element) => contrast(luminance(getComputedStyle(element).color), paper)));
    });
    ok(least >= 4.5, `${colorScheme}: the least contrast of text is ${least.toFixed(1)}`);
    await page.screenshot({ path: path.join(folder, `${colorScheme}.png`) });
    await close();
}

// Pictures have names and descriptions, before the script and with it.
async function checkNames(browser) {
    const { page, close } = await open(browser, "report.html", { javaScriptEnabled: false });
    ok(await page.evaluate(() => Array.from(document.querySelectorAll("svg.picture")).every((svg) =>
        svg.getAttribute("role") === "img" && svg.firstElementChild.localName === "title"
        && svg.querySelector("desc").textContent.length > 10)), "pictures have titles and descriptions");
    ok(await page.getByRole("img", { name: "Bytes of vision", exact: true }).count() === 1, "a screen reader finds the treemap");
    await close();
}

(async () => {
    const browser = await chromium.launch({ executablePath: "/usr/bin/chromium",
        args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
    try {
        for (const name of ["report.html", "query.html", "relation.html", "statement.html"]) await checkClean(browser, name);
        await checkSums(browser);
        await checkZoom(browser, "figure.raw svg.treemap", "row_data");
        await checkZoom(browser, "svg.icicle", "serialize_models");
        await checkWithoutScripts(browser);
        await checkInjection(browser);
        for (const scheme of ["light", "dark"]) await checkContrast(browser, scheme);
        await checkNames(browser);
    } finally {
        await browser.close();
    }
    console.log(`${passed} passed, ${failed} failed`);
    process.exit(failed ? 1 : 0);
})().catch((error) => { console.error(error); process.exit(1); });
