import { expect, test } from 'vitest';
import { encodeOpenApiV2 } from '../../../../src/embedded/schema/index.ts';

/** Bytes as gnostic's own Go library (0.7.1) writes the same document. */
test('a document becomes the messages of openapiv2.proto', () => {
  const document = {
    swagger: '2.0',
    info: { title: 'T', version: '1' },
    paths: {},
    definitions: {
      A: {
        type: 'object',
        required: ['b'],
        properties: { b: { type: 'integer', format: 'int32', description: 'B' } },
        'x-k': true,
      },
    },
  };
  expect(Buffer.from(encodeOpenApiV2(document)).toString('hex')).toBe(
    '0a03322e3012060a015412013142004a470a450a014112409a010162b201080a066f626a656374ca011d0a1b0a016212161205696e743332220142b201090a07696e7465676572fa010e0a03782d6b12071205747275650a',
  );
});
