// Runs a dashboard's queries as Grafana's PostgreSQL data source does: fills
// in variables and macros, and makes frames of what comes back.
"use strict";

const NUMBERS = [20, 21, 23, 700, 701, 1700];      // int8 int2 int4 float4 float8 numeric
const TIMES = [1082, 1114, 1184];                  // date timestamp timestamptz
const BOOLEAN = 16;

const literal = (value) => `'${value.replace(/'/g, "''")}'`;

// A query with its variables and macros filled in.
function fill(sql, variables, range) {
    const filled = sql
        .replace(/\$\{(\w+):sqlstring\}/g, (all, name) => name in variables ? literal(variables[name]) : all)
        .replace(/\$__timeFilter\(([\w.]+)\)/g, (all, column) =>
            `${column} BETWEEN '${range.from.toISOString()}' AND '${range.to.toISOString()}'`);
    if (filled.includes("$")) throw new Error(`left over in ${filled}`);
    return filled;
}

function field({ name, dataTypeID }, values) {
    if (NUMBERS.includes(dataTypeID)) return { name, type: "number", values: values.map((v) => v === null ? null : Number(v)) };
    if (TIMES.includes(dataTypeID)) return { name, type: "time", values: values.map((v) => v === null ? null : v.getTime()) };
    if (dataTypeID === BOOLEAN) return { name, type: "boolean", values };
    return { name, type: "string", values: values.map((v) => v === null ? null : String(v)) };
}

// What a time series needs; and rows of (time, metric, value) as a column a metric.
function toSeries(fields) {
    const time = fields.find(({ name }) => name === "time");
    if (!time || time.type !== "time") throw new Error("a time series has no column time");
    if (time.values.some((value, i) => value === null || value < time.values[i - 1])) throw new Error("times are not in order");
    const [metric] = fields.filter(({ type }) => type === "string");
    const others = fields.filter((f) => f !== time && f !== metric);
    if (others.length === 0 || others.some(({ type }) => type !== "number")) throw new Error("a time series has columns other than numbers");
    if (!metric) return fields;
    if (metric.name !== "metric" || others.length !== 1) throw new Error("the column that names series is not (time, metric, value)");
    const times = Array.from(new Set(time.values));
    const names = Array.from(new Set(metric.values));
    const values = new Map(others[0].values.map((value, i) => [`${time.values[i]} ${metric.values[i]}`, value]));
    return [{ ...time, values: times }, ...names.map((name) =>
        ({ name, type: "number", values: times.map((t) => values.get(`${t} ${name}`) ?? null) }))];
}

// The frame of a panel's target.
async function run(client, { rawSql, format }, variables, range) {
    const { fields, rows } = await client.query({ text: fill(rawSql, variables, range), rowMode: "array" });
    const columns = fields.map((column, i) => field(column, rows.map((row) => row[i])));
    return format === "time_series" ? toSeries(columns) : columns;
}

// Values of the variables: of each query the first, as where none is chosen.
async function choose(client, list) {
    const variables = {};
    for (const { name, query } of list.filter(({ type }) => type === "query")) {
        const { rows } = await client.query({ text: fill(query, variables), rowMode: "array" });
        if (rows.length === 0) throw new Error(`variable ${name} has no value`);
        variables[name] = rows[0][0];
    }
    return variables;
}

module.exports = { run, choose };
