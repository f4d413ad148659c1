/** Whether these first bytes are those of a Git LFS pointer. Source: git-lfs/docs/spec.md. */
export function isGitLfsPointer(head: Uint8Array): boolean {
  return asLatin(head).startsWith('version https://git-lfs');
}

/** Other files that land in a model folder by mistake, by where their mark stands and what to do. */
const otherFormats: readonly { at: number; mark: string; is: string }[] = [
  { at: 4, mark: 'ORTM', is: 'It is in the ORT format: copy the .onnx file that it was made from.' },
  { at: 4, mark: 'TFL3', is: 'It is a TensorFlow Lite model: convert it with tf2onnx.' },
  { at: 0, mark: 'PK\x03\x04', is: 'It is a zip archive, as PyTorch and Keras write them: export to ONNX instead.' },
  { at: 0, mark: '\x89HDF', is: 'It is an HDF5 file, as Keras writes them: convert it with tf2onnx.' },
  { at: 0, mark: '\x80', is: 'It looks like a Python pickle: convert it, for scikit-learn with skl2onnx.' },
  { at: 0, mark: '\x1f\x8b', is: 'It is compressed with gzip: unpack it.' },
  { at: 0, mark: '<', is: 'It looks like a web page: was the download answered by an error page?' },
  { at: 0, mark: 'GGUF', is: 'It is a GGUF model for llama.cpp: export the original to ONNX.' },
];

/** What a file that is no ONNX model is instead, with what to do; null where that cannot be told. */
export function recogniseFormat(head: Uint8Array): string | null {
  const text = asLatin(head);
  return otherFormats.find(({ at, mark }) => text.startsWith(mark, at))?.is ?? null;
}

/** One character a byte, so that marks can be written as text. */
function asLatin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 64));
}
