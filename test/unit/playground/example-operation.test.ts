import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildSchema, GraphQLScalarType, parse, specifiedScalarTypes, validate } from 'graphql';
import { exampleOperation } from '../../../playground/example-operation.ts';
import { exampleValue } from '../../../playground/example-value.ts';
import { preparedTabs } from '../../../playground/prepared-tabs.ts';

/** A schema whose `predict` has these fields, of these types. */
function schemaWith(predictions: string, types: string): ReturnType<typeof buildSchema> {
  return buildSchema(`
    type Query { predict: Predictions! }
    type Predictions { ${predictions} }
    type Answer { label: String! }
    scalar Base64
    scalar FloatTensor
    ${types}
  `);
}

describe('exampleOperation', () => {
  it('makes a valid prediction with every leaf field, and variables in the middle of their ranges', () => {
    const schema = schemaWith(
      'iris(input: IrisInput!, version: String): IrisPrediction',
      `input IrisInput { "Sepal length in cm, 0 to 30." sepalLength: Float! "-0.1 to 0.4" bias: Float "Years, 1 to 4." age: Int! }
       type IrisPrediction { label: String! scores(top: Int): [Score!]! score(of: String!): Float! meta: Meta! }
       type Score { label: String! score: Float! }
       type Meta { model: ID! more: Answer! }`,
    );
    const example = exampleOperation(schema);
    assert.ok(example);
    assert.deepEqual(validate(schema, parse(example.query)), []);
    assert.deepEqual(example.variables, { input: { sepalLength: 15, bias: 0.15, age: 3 } });
    assert.equal(
      example.query,
      `query Predict($input: IrisInput!) {
  predict {
    iris(input: $input) {
      label
      scores {
        label
        score
      }
      meta {
        model
      }
    }
  }
}`,
    );
  });

  it('keeps to the ranges, limits and categories in the descriptions of features', () => {
    const descriptions: readonly (readonly [description: string, type: string, expected: unknown])[] = [
      ['Sepal length in cm, 0 to 30.', 'Float', 15],
      ['Bias, -0.1 to 0.4.', 'Float', 0.15],
      ['Level, 1e-7 to 3e-7.', 'Float', 2e-7],
      ['Class of the ticket, 1 to 3.', 'Int', 2],
      ['Age in years, at least 18.', 'Int', 18],
      ['Share, at most 0.5. Null where it is not known.', 'Float', 0.5],
      ['Column 1 of 64 of the input `x`.', 'Float', 1.5],
      ['Deck, one of "C \\"upper\\"", "D" and 9 more.', 'String', 'C "upper"'],
      ['Sepal length in cm, 0 to 30. Example: 5.1.', 'Float', 5.1],
      ['Bias. From -1 to 1. Example: -0.0446.', 'Float', -0.0446],
      ['Level, at least 0. Example: 1e-7.', 'Float', 1e-7],
      ['Class, 1 to 3. Null where it is not known. Example: 3.', 'Int', 3],
      ['Sex, one of "female", "male". Example: "male".', 'String', 'male'],
      ['Said, in quotes. Example: "a \\"b\\". c".', 'String', 'a "b". c'],
      ['Whether. Example: false.', 'Boolean', false],
      // What somebody wrote in a description, and no value of the type.
      ['Version. Example: 1.2.3.', 'Float', 1.5],
      ['Example: 5. More of it.', 'Float', 1.5],
      ['Code. Example: 5.', 'String', 'A short example text.'],
      ['Share, 0 to 1. Example: "half".', 'Float', 0.5],
    ];
    for (const [description, name, expected] of descriptions) {
      const type = specifiedScalarTypes.find((scalar) => scalar.name === name);
      assert.ok(type);
      assert.equal(exampleValue(type, description), expected, description);
    }
    const int64 = new GraphQLScalarType({ name: 'Int64' });
    assert.equal(exampleValue(int64, 'Id. Example: "9007199254740993".'), '9007199254740993');
  });

  it('makes up values of every kind, and leaves out what has a default or cannot be made up', () => {
    const schema = schemaWith(
      'all(input: AllInput!): Answer',
      `input AllInput {
         text: String! flag: Boolean! id: ID! colour: Colour! numbers: [[Float!]!]! nested: Nested! choice: Choice!
         given: Int! = 7 picture: Base64 self: AllInput
       }
       input Nested { count: Int! }
       input Choice @oneOf { picture: Base64 word: String number: Int }
       enum Colour { RED GREEN }`,
    );
    assert.deepEqual(exampleOperation(schema)?.variables, {
      input: {
        text: 'A short example text.',
        flag: true,
        id: 'A short example text.',
        colour: 'RED',
        numbers: [[1.5]],
        nested: { count: 1 },
        choice: { word: 'A short example text.' },
      },
    });
  });

  it('passes over predictions that it cannot make up, such as those of pictures', () => {
    const schema = schemaWith(
      'picture(image: Base64!): Answer tensor(input: TensorInput!): Answer text(text: String!): Answer',
      'input TensorInput { values: FloatTensor! }',
    );
    assert.match(exampleOperation(schema)?.query ?? '', /text\(text: \$text\)/);
  });

  it('is null where no prediction can be made up, or nothing is served', () => {
    assert.equal(exampleOperation(schemaWith('picture(image: Base64!): Answer', '')), null);
    assert.equal(exampleOperation(buildSchema('type Query { models: [String!]! }')), null);
  });
});

describe('preparedTabs', () => {
  it('opens with the overview alone while the schema is not known', () => {
    const tabs = preparedTabs(null);
    assert.equal(tabs.length, 1);
    assert.match(tabs[0]?.query ?? '', /query Overview/);
  });

  it('adds a prediction with its variables as JSON', () => {
    const tabs = preparedTabs(schemaWith('text(text: String!): Answer', ''));
    assert.deepEqual(
      tabs.map((tab) => JSON.parse(tab.variables ?? 'null') as unknown),
      [null, { text: 'A short example text.' }],
    );
  });
});
