// Reads a playlist from standard input with iptv-playlist-parser; its items as JSON.
const parser = require("iptv-playlist-parser");
const text = require("fs").readFileSync(0, "utf8");
process.stdout.write(JSON.stringify(parser.parse(text)));
