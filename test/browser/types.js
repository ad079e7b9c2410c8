// Writes a file of TypeScript from a dashboard: each part of its JSON as a
// constant of the type that Grafana's schema gives it, so that the compiler
// finds unknown names and wrong values.  Run by test/browser/dashboard.
"use strict";
const fs = require("fs");

const [, , source, target] = process.argv;
const dashboard = JSON.parse(fs.readFileSync(source, "utf8"));
const kinds = { timeseries: "TimeSeries", table: "Table", stat: "Stat" };
const raw = "./node_modules/@grafana/schema/dist/types/raw";
const lines = [
    `import type * as Schema from "${raw}/dashboard/x/types.gen.js";`,
    ...Object.entries(kinds).map(([kind, name]) => `import type * as ${name} from "${raw}/composable/${kind}/panelcfg/x/types.gen.js";`),
    // What JSON has for values of enums.
    "type Json<T> = T extends string ? `${T}` : T extends (infer U)[] ? Json<U>[]"
        + " : T extends object ? { [K in keyof T]: Json<T[K]> } : T;",
    "type Part<T> = Json<Partial<T>>;",
];
let count = 0;
function check(type, value) {
    lines.push(`export const value${++count}: ${type} = ${JSON.stringify(value, null, 1)};`);
}

// An override's properties are members of the field's configuration.
function checkOverride(config, { id, value }) {
    if (id.startsWith("custom.")) check(config, { [id.slice("custom.".length)]: value });
    else check("Part<Schema.FieldConfig>", { [id]: value });
}

check("Json<Schema.Dashboard>", { ...dashboard, panels: [] });
for (const panel of dashboard.panels) {
    const kind = kinds[panel.type];
    if (!kind) throw new Error(`panel ${panel.title}: type ${panel.type} is not checked`);
    const config = kind === "Stat" ? "Record<string, never>" : `Part<${kind}.FieldConfig>`;
    check("Json<Schema.Panel>", panel);
    check(`Part<${kind}.Options>`, panel.options);
    check(config, panel.fieldConfig.defaults.custom || {});
    for (const override of panel.fieldConfig.overrides) {
        for (const property of override.properties) checkOverride(config, property);
    }
}
fs.writeFileSync(target, lines.join("\n") + "\n");
console.log(`${count} values of ${dashboard.panels.length} panels have types`);
