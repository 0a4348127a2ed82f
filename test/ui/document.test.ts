import { expect, test } from 'vitest';
import { printDocument } from '../../src/ui/document.ts';
import { memoryScreen } from './screen.ts';

const content = { name: 'churn', count: 9007199254740993n, gone: undefined, from: 'https://me:pw@host/x' };

test('a document is the same in every format', async () => {
  const [json, line, yaml] = [memoryScreen(), memoryScreen(), memoryScreen()];
  await printDocument(json.data, 'json', 'Thing', content);
  await printDocument(line.data, 'ndjson', 'Thing', content);
  await printDocument(yaml.data, 'yaml', 'Thing', content);
  expect(json.stdout()).toBe(`\
{
  "apiVersion": "slipway.dev/v1alpha1",
  "kind": "Thing",
  "name": "churn",
  "count": "9007199254740993",
  "from": "https://***@host/x"
}
`);
  expect(line.stdout()).toBe(
    '{"apiVersion":"slipway.dev/v1alpha1","kind":"Thing","name":"churn","count":"9007199254740993","from":"https://***@host/x"}\n',
  );
  expect(yaml.stdout()).toBe(`\
---
apiVersion: slipway.dev/v1alpha1
kind: Thing
name: churn
count: '9007199254740993'
from: https://***@host/x
`);
});
