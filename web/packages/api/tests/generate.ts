/**
 * TypeScript from the OpenAPI snapshot: every component schema as an interface, in the snapshot's words.
 *
 * Knows the part of JSON Schema that the snapshot uses, and refuses what it does not know.
 */

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly $ref?: string;
}

export interface OpenApi {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const HEAD =
  "/** The control API's shapes, generated from `api/openapi.json` by `npm run schema`. Do not edit. */\n";

export function generate({ components }: OpenApi): string {
  const declarations = Object.entries(components.schemas).map(([name, schema]) => declaration(name, schema));
  return [HEAD, ...declarations].join("\n");
}

function declaration(name: string, schema: Schema): string {
  const comment = commentOf(schema, "");
  if (schema.type !== "object") return `${comment}export type ${name} = ${typeOf(schema, "")};\n`;
  return `${comment}export interface ${name} ${typeOf(schema, "")}\n`;
}

function typeOf(schema: Schema, indent: string): string {
  if (schema.$ref) return schema.$ref.replace("#/components/schemas/", "");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((name) => JSON.stringify(name)).join(" | ");
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(one, indent)).join(" | ");
  if (schema.prefixItems)
    return `readonly [${schema.prefixItems.map((one) => typeOf(one, indent)).join(", ")}]`;
  if (schema.items) return `readonly ${typeOf(schema.items, indent)}[]`;
  if (schema.properties) return objectOf(schema.properties, schema.required ?? [], indent);
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.type === "string" || schema.type === "boolean" || schema.type === "null") return schema.type;
  throw new Error(`This schema is not known here: ${JSON.stringify(schema)}`);
}

function objectOf(
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[],
  indent: string,
): string {
  const inner = `${indent}  `;
  const fields = Object.entries(properties).map(
    ([name, schema]) =>
      `${commentOf(schema, inner)}${inner}readonly ${name}${required.includes(name) ? "" : "?"}: ${typeOf(schema, inner)};\n`,
  );
  return `{\n${fields.join("")}${indent}}`;
}

const commentOf = ({ description }: Schema, indent: string): string =>
  description ? `${indent}/** ${description} */\n` : "";
