/** `npm run bench [NAME…]`: every figure is a ratio against a real peer, taken in one run on one machine. */
const all = ['startup', 'render', 'apply', 'embedded'];

const wanted = process.argv.length > 2 ? process.argv.slice(2) : all;
for (const name of wanted) {
  const { run } = (await import(`./${name}.ts`)) as { run(): Promise<void> };
  console.log(`\n${name}`);
  await run();
}
