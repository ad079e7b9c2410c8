// Draws a dashboard: runs its queries, and has panels.jsx draw them in
// Chromium.  Run by test/browser/dashboard.
"use strict";
const fs = require("fs");
const path = require("path");
const esbuild = require("esbuild");
const { chromium } = require("playwright-core");
const { Client } = require("pg");
const { run, choose } = require("./queries.js");

const [, , source, folder] = process.argv;
const WIDTH = 1300;
const DAY = 24 * 3600 * 1000;

async function collect(dashboard) {
    const client = new Client({ host: process.env.PGHOST, user: "grafana", database: "postgres" });
    await client.connect();
    const days = Number(/^now-(\d+)d$/.exec(dashboard.time.from)[1]);
    const to = new Date();
    const range = { from: new Date(to - days * DAY), to };
    const variables = await choose(client, dashboard.templating.list);
    const frames = [];
    for (const panel of dashboard.panels) {
        const fields = await run(client, panel.targets[0], variables, range)
            .catch((error) => { throw new Error(`panel ${panel.title}: ${error.message}`); });
        if (fields[0].values.length === 0) throw new Error(`panel ${panel.title} is empty`);
        frames.push(fields);
    }
    await client.end();
    return { dashboard, variables, frames, range: { from: range.from.getTime(), to: range.to.getTime() } };
}

async function bundle() {
    await esbuild.build({
        entryPoints: [path.join(folder, "panels.jsx")], outfile: path.join(folder, "panels.js"), bundle: true,
        mainFields: ["module", "browser", "main"], loader: { ".js": "jsx", ".ttf": "empty", ".svg": "text", ".woff": "empty", ".woff2": "dataurl" },
        define: { "process.env.NODE_ENV": '"production"', global: "window" }, logLevel: "error",
    });
}

async function draw(data) {
    const page = path.join(folder, "page.html");
    fs.writeFileSync(path.join(folder, "data.js"), `window.data = ${JSON.stringify(data)};`);
    fs.writeFileSync(page, '<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="panels.css">'
        + '<div id="root"></div><script src="data.js"></script><script src="panels.js"></script>');
    const browser = await chromium.launch({ executablePath: "/usr/bin/chromium",
        args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
    try {
        const context = await browser.newContext({ viewport: { width: WIDTH, height: 900 }, timezoneId: "UTC" });
        const tab = await context.newPage();
        const errors = [];
        tab.on("pageerror", (error) => errors.push(String(error)));
        await tab.goto(`file://${page}`);
        await tab.waitForFunction(() => document.querySelectorAll("[data-panel]").length === window.data.dashboard.panels.length);
        await tab.waitForTimeout(1500);
        if (errors.length > 0) throw new Error(errors.join("\n"));
        for (const [i, panel] of data.dashboard.panels.entries()) {
            const selector = { timeseries: "canvas", table: "[role=row]", stat: "span" }[panel.type];
            if (await tab.locator(`[data-panel="${i}"] ${selector}`).count() === 0) throw new Error(`panel ${panel.title} is not drawn`);
        }
        await tab.locator("#root").screenshot({ path: path.join(folder, "dashboard.png") });
    } finally {
        await browser.close();
    }
}

(async () => {
    const data = await collect(JSON.parse(fs.readFileSync(source, "utf8")));
    await bundle();
    await draw(data);
    console.log(`${data.frames.length} panels are drawn`);
})().catch((error) => { console.error(error.message); process.exit(1); });
