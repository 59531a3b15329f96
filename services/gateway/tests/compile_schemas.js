// Compiles every schema of a specification as a strict validator does; reads it from
// standard input and prints what does not compile, or examples that do not fit.
const Ajv = require("ajv/dist/2020");
const formats = require("ajv-formats");

const document = JSON.parse(require("fs").readFileSync(0, "utf8"));
const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true });
formats(ajv);
ajv.addFormat("binary", true);
const inside = (node, home) =>
  JSON.parse(
    JSON.stringify(node).replaceAll('"#/components/schemas/', `"${home}#/$defs/`),
  );
ajv.addSchema({ $id: "lineup", $defs: inside(document.components.schemas, "") });

const wrong = [];
let compiled = 0;
function at(where, node) {
  if (Array.isArray(node)) {
    node.forEach((part, index) => at(`${where}/${index}`, part));
  } else if (node && typeof node === "object") {
    for (const [name, part] of Object.entries(node)) {
      if (name === "schema") tryOne(`${where}/${name}`, part);
      else at(`${where}/${name}`, part);
    }
  }
}
function tryOne(where, schema) {
  try {
    const valid = ajv.compile(inside(schema, "lineup"));
    compiled += 1;
    for (const example of schema.examples ?? []) {
      if (!valid(example)) wrong.push(`${where}: ${ajv.errorsText(valid.errors)}`);
    }
  } catch (error) {
    wrong.push(`${where}: ${error.message}`);
  }
}
at("paths", document.paths);
for (const [name, schema] of Object.entries(document.components.schemas)) {
  tryOne(name, schema);
  for (const [field, part] of Object.entries(schema.properties ?? {})) {
    tryOne(`${name}.${field}`, part);
  }
}
console.log(JSON.stringify({ compiled, wrong }));
