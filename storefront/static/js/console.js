// The merchant's deal page: its figures follow the deal while somebody looks (U2).
import { refresh } from "./refresh.js";

const EVERY_MS = 10_000;

setInterval(() => document.hidden || refresh({ what: "live" }), EVERY_MS);
