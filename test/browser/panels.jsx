// Draws the panels of window.data by Grafana's own components, in the grid
// that Grafana lays panels out in.
import React from "react";
import { createRoot } from "react-dom/client";
import {
    applyFieldOverrides, createTheme, dateTime, FieldConfigOptionsRegistry, getFieldDisplayValues,
    identityOverrideProcessor, toDataFrame,
} from "@grafana/data";
import { BigValue, GlobalStyles, PanelChrome, Table, ThemeContext, TimeSeries } from "@grafana/ui";
import "uplot/dist/uPlot.min.css";
// The typeface that comes with Grafana.
import "@fontsource/inter/400.css";
import "@fontsource/inter/500.css";

// Grafana's grid: 24 columns, rows of 30 pixels, gaps of 8.
const [COLUMNS, ROW, GAP, WIDTH] = [24, 30, 8, 1284];
const theme = createTheme({ colors: { mode: "light" } });
const { dashboard, frames, variables, range } = window.data;
const timeRange = { from: dateTime(range.from), to: dateTime(range.to), raw: dashboard.time };
const timeZone = "utc";
const replaceVariables = (text) => text.replace(/\$\{(\w+)\}/g, (all, name) => variables[name] ?? all);

// The properties that field configurations set: all that the panel names.
function registry({ defaults, overrides }) {
    const custom = Object.keys(defaults.custom || {}).map((name) => `custom.${name}`);
    const ids = new Set([...Object.keys(defaults), ...custom, ...overrides.flatMap(({ properties }) => properties.map(({ id }) => id))]);
    ids.delete("custom");
    return new FieldConfigOptionsRegistry(() => Array.from(ids, (id) => ({
        id, name: id, path: id.replace(/^custom\./, ""), isCustom: id.startsWith("custom."),
        process: identityOverrideProcessor, shouldApply: () => true, override: () => null, editor: () => null,
    })));
}

function frame(panel, fields) {
    const named = fields.map((field) => ({ ...field, config: {} }));
    return applyFieldOverrides({ data: [toDataFrame({ refId: "A", fields: named })], fieldConfig: panel.fieldConfig,
        fieldConfigRegistry: registry(panel.fieldConfig), theme, timeZone, replaceVariables });
}

function Stat({ panel, data, width, height }) {
    const { graphMode, colorMode, textMode, justifyMode, reduceOptions } = panel.options;
    const [value] = getFieldDisplayValues({ data, fieldConfig: panel.fieldConfig, reduceOptions, theme, timeZone,
        replaceVariables, sparkline: graphMode !== "none" });
    const { sparkline } = value;
    if (sparkline) sparkline.timeRange = timeRange;
    return <BigValue value={value.display} {...{ sparkline, graphMode, colorMode, textMode, justifyMode, theme, width, height }} />;
}

const drawn = {
    stat: Stat,
    timeseries: ({ panel, data, width, height }) => <TimeSeries frames={data} legend={panel.options.legend}
        {...{ timeRange, timeZone, width, height }} />,
    table: ({ panel, data, width, height }) => <Table data={data[0]} cellHeight={panel.options.cellHeight}
        noHeader={!panel.options.showHeader} {...{ width, height }} />,
};

function Panel({ panel, index }) {
    const { x, y, w, h } = panel.gridPos;
    const column = (WIDTH - GAP * (COLUMNS - 1)) / COLUMNS;
    const [width, height] = [w * (column + GAP) - GAP, h * (ROW + GAP) - GAP];
    const Draw = drawn[panel.type];
    const data = frame(panel, frames[index]);
    return <div data-panel={index} style={{ position: "absolute", left: x * (column + GAP), top: y * (ROW + GAP), width, height }}>
        <PanelChrome title={replaceVariables(panel.title)} padding={panel.type === "stat" ? "none" : "md"} width={width} height={height}>
            {(innerWidth, innerHeight) => <Draw panel={panel} data={data} width={innerWidth} height={innerHeight} />}
        </PanelChrome>
    </div>;
}

function Choices() {
    const shown = dashboard.templating.list.filter(({ name }) => name in variables);
    const { from, to } = dashboard.time;
    return <div style={{ display: "flex", gap: 16, alignItems: "baseline", padding: "0 4px 8px" }}>
        <strong style={{ fontSize: 18 }}>{dashboard.title}</strong>
        {shown.map(({ name, label }) => <span key={name}>{label}: <strong>{variables[name]}</strong></span>)}
        <span style={{ marginLeft: "auto" }}>{from} to {to}</span>
    </div>;
}

const rows = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
const page = <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    <div style={{ width: WIDTH + 16, padding: 8, boxSizing: "border-box", background: theme.colors.background.canvas }}>
        <Choices />
        <div style={{ position: "relative", height: rows * (ROW + GAP) - GAP }}>
            {dashboard.panels.map((panel, index) => <Panel key={panel.id} panel={panel} index={index} />)}
        </div>
    </div>
</ThemeContext.Provider>;
// Axes are as wide as their labels, which are measured.
Promise.all([400, 500].map((weight) => document.fonts.load(`${weight} 12px Inter`)))
    .then(() => createRoot(document.getElementById("root")).render(page));
