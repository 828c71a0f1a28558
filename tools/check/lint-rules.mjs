// House rules that oxlint does not have.
export default {
  meta: { name: "cosmoss" },
  rules: {
    "no-export-star": {
      create: (context) => ({
        ExportAllDeclaration(node) {
          context.report({ node, message: "Name what is exported, so that the index can be read and reviewed." });
        },
      }),
    },
  },
};
