import { answered } from "./report.mjs";

answered();
