import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { loadError, runError, scrub } from '../../../../src/backends/onnxruntime/runtime-errors.ts';

const folder = '/srv/my models/iris/1';

describe('messages of the runtime', () => {
  const messages: readonly [message: string, shown: string][] = [
    [
      '/onnxruntime_src/onnxruntime/core/graph/model.cc:202 onnxruntime::Model::Model(onnx::ModelProto&&, const onnxruntime::PathString&) Unsupported model\n',
      'Unsupported model',
    ],
    [
      'Exception during initialization: /onnxruntime_src/onnxruntime/core/optimizer/initializer.cc:51 onnxruntime::Initializer::Initializer(const onnx::TensorProto&, const std::filesystem::__cxx11::path&) [ONNXRuntimeError] : 1 : FAIL : tensorprotoutils.cc:594 GetExternalDataInfo TensorProto: w external data size mismatch.',
      'Exception during initialization: TensorProto: w external data size mismatch.',
    ],
    [
      "tensorprotoutils.cc:12 Unpack TensorProto 'w' size (8 bytes) does not match",
      "TensorProto 'w' size (8 bytes) does not match",
    ],
    [
      '/src/string_normalizer.cc:235 onnxruntime::Locale::Locale(const std::string&)::<lambda()> Failed to construct',
      'Failed to construct',
    ],
    [
      '/src/a.h:1 void onnxruntime::Run(const std::function<void(int)>&) const [with T = float; U = int] It failed',
      'It failed',
    ],
    // A client had only to send a zero to be shown where. Found by fuzzing.
    [
      'Status Message: element_wise_ops.cc:2256 operator() Integer modulo by zero',
      'Status Message: Integer modulo by zero',
    ],
    ['It failed at graph.cc:12: gone, see /src/graph.h:7', 'It failed at gone, see'],
    [`Load model from ${folder}/model.onnx failed:Invalid model.`, 'Invalid model.'],
    [`External data path does not exist: "${folder}/w.bin"`, 'External data path does not exist: "w.bin"'],
    ['cannot read C:\\models\\iris\\model.onnx or /home/me/file.txt: gone', 'cannot read model.onnx or file.txt: gone'],
    [
      "Non-zero status code returned while running Gather node. Name:'/encoder/layer.0/Gather' Status Message: idx=5",
      "Non-zero status code returned while running Gather node. Name:'/encoder/layer.0/Gather' Status Message: idx=5",
    ],
    ['Got invalid dimensions\n index: 1 Got: 3\n', 'Got invalid dimensions index: 1 Got: 3'],
  ];
  for (const [message, shown] of messages) {
    it(`are shown in one line without paths: ${shown}`, () => assert.equal(scrub(message, folder), shown));
  }

  it('are cut to a length that fits a log line', () => assert.equal(scrub('word '.repeat(10_000)).length, 400));

  it('are cleaned in no time, however long the names in them are', () => {
    const start = process.threadCpuUsage();
    for (const part of ['x', '/', '/a', 'a.', 'a.cc:1 ', '::', '(', 'a.cc:1 ::(']) scrub(part.repeat(100_000));
    // A pattern that tries every way to split a long name took minutes.
    const { user, system } = process.threadCpuUsage(start);
    assert.ok(user + system < 5_000_000, `They took ${user + system} µs.`);
  });
});

it('keeps the error of a failed call for the log', () => {
  const cause = new Error('/src/gather.cc:1 Run index out of range');
  const error = runError(cause);
  assert.equal(error.code, 'INFERENCE_FAILED');
  assert.equal(error.message, 'The model failed on these inputs: index out of range');
  assert.equal(error.cause, cause);
});

describe('a refusal by the runtime', () => {
  const refusals: readonly [message: string, words: RegExp][] = [
    [
      'Unsupported model IR version: 99, max supported IR version: 13',
      /IR version 99.*up to 13.*set model\.ir_version to 13/,
    ],
    [
      'Opset 99 is under development and support for this is limited. Current official support for domain ai.onnx is till opset 26.',
      /opset 99 of the domain ai\.onnx.*up to 26.*opset_version=26.*ALLOW_RELEASED_ONNX_OPSET_ONLY=0/,
    ],
    [
      'Fatal error: com.microsoft:Foo(-1) is not a registered function/op',
      /does not know the operator com\.microsoft:Foo/,
    ],
    ['Error No Op registered for Foo with domain_version of 17', /does not know the operator Foo in the opset/],
    ["Error No opset import for domain 'my.domain'", /the domain "my\.domain" without importing/],
    [
      'NOT_IMPLEMENTED : Could not find an implementation for Acos(7) node',
      /no implementation on the CPU of the operator Acos/,
    ],
    ['Failed to construct locale with name:en_US.UTF-8:locale::facet', /locale "en_US\.UTF-8".*install it/],
    ['Unsupported data type: 16', /element type bfloat16/],
    [`External data path does not exist: "${folder}/w.bin"`, /weights beside the model.*"w\.bin"/],
    ['Failed to load model because protobuf parsing failed.', /is damaged/],
    ['std::bad_alloc', /not enough memory/],
    ['Something new', /^ONNX Runtime refuses the model: Something new$/],
  ];
  for (const [message, words] of refusals) {
    it(`says what to do: ${message.slice(0, 50)}`, () => {
      const cause = new Error(message);
      const error = loadError(cause, folder);
      assert.match(error.message, words);
      assert.ok(!error.message.includes(folder));
      assert.equal(error.cause, cause);
    });
  }
});
